// The policy of automatic responses, a file in the folder of the authority's peer. Without one, responses are only
// advised.
import type { RuleSeverity } from '@eyrie/detect';
import { SEVERITIES } from '@eyrie/detect';
import { PEER_ID } from '@eyrie/mesh';
import { parse, TomlError } from 'smol-toml';
import { isAddress } from '../firewall/index.ts';
import { Exempt } from './exempt.ts';

export type Mode = 'off' | 'advise' | 'act';
const ANSWERS = ['throttle', 'quarantine', 'redirect', 'revoke', 'block'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface ResponseRule {
  /** A rule of docs/reference/findings.md; null: matches by severity. */
  readonly rule: string | null;
  readonly severity: RuleSeverity | null;
  readonly mode: Mode;
  readonly answer: Answer;
  readonly forMs: number;
}

export interface ResponsePolicy {
  readonly rules: readonly ResponseRule[];
  /** Peers, addresses and networks that are never acted against. */
  readonly exempt: Exempt;
  /** HOST:PORT of the decoy; '': there is none, and a redirect becomes a quarantine. */
  readonly decoy: string;
  /** Number of different witnesses required; at least two. */
  readonly witnesses: number;
  /** Largest share of the members that may be cut off at a time. */
  readonly shareMax: number;
}

/** The message names the problem in response.toml in one line. */
export class ResponsePolicyError extends Error {}

export const RESPONSE_EXAMPLE = `# What this mesh does about peers that misbehave. Read where the authority is, at the start
# and by "eyrie mesh reload".
# mode: off, advise (say what would be done) or act. answer: throttle, quarantine, redirect, revoke or block.
# The first rule that fits decides. Nothing is done on one weak signal, nor ever about the authority itself.

# exempt = ["lab-1", "192.0.2.0/24"]  # peers, addresses and networks that are left alone
# decoy = "192.0.2.10:9998"           # eyrie honeypot --mesh ID: where a redirect leads
witnesses = 2                         # different peers that must have seen it; of one alone, a short trial comes
share_max = 0.25                      # of the members, cut off at once

[[rule]]
rule = "query-flood"
mode = "advise"
answer = "redirect"
for = "10m"

[[rule]]
rule = "mesh-scan"
mode = "advise"
answer = "redirect"
for = "10m"

[[rule]]
rule = "join-guessing"
mode = "advise"
answer = "block"
for = "1h"

[[rule]]
severity = "high"
mode = "advise"
answer = "quarantine"
for = "10m"
`;

const MODES: readonly Mode[] = ['off', 'advise', 'act'];
const UNITS_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };
const FOR_MS_MAX = 30 * 86_400e3;
const WITNESSES_MIN = 2;

/** @throws ResponsePolicyError with a message of one line that names the rule */
export function parseResponsePolicy(text: string): ResponsePolicy {
  const { rule = [], exempt = [], decoy = '', witnesses = 2, share_max = 0.25, ...rest } = tomlOf(text);
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw new ResponsePolicyError(`"${other}" is not known`);
  if (!Array.isArray(rule)) throw new ResponsePolicyError('rules are written [[rule]]');
  if (!Array.isArray(exempt) || exempt.some((each) => typeof each !== 'string'))
    throw new ResponsePolicyError('exempt is a list of peers, addresses and networks');
  const unknown = (exempt as string[]).find((each) => !PEER_ID.test(each) && !isAddress(each));
  if (unknown !== undefined)
    throw new ResponsePolicyError(`exempt: "${unknown}" is no peer, address or network`);
  if (typeof decoy !== 'string' || !/^(\S+:\d+)?$/.test(decoy))
    throw new ResponsePolicyError('decoy is HOST:PORT');
  if (!Number.isInteger(witnesses) || (witnesses as number) < WITNESSES_MIN)
    throw new ResponsePolicyError('witnesses is a whole number from 2: the word of one is no proof');
  if (typeof share_max !== 'number' || !(share_max > 0 && share_max <= 1))
    throw new ResponsePolicyError('share_max is a part of the members: more than 0, at most 1');
  return {
    rules: rule.map((each, i) => ruleOf(each, i + 1)),
    exempt: new Exempt(exempt as string[]),
    decoy,
    witnesses: witnesses as number,
    shareMax: share_max,
  };
}

/** The first matching rule, or null. */
export function ruleFor(policy: ResponsePolicy, rule: string, severity: RuleSeverity): ResponseRule | null {
  return (
    policy.rules.find((each) =>
      each.rule === null
        ? SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(each.severity!)
        : each.rule === rule,
    ) ?? null
  );
}

function tomlOf(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw new ResponsePolicyError(`line ${error.line}: ${reason}`);
  }
}

function ruleOf(value: unknown, number: number): ResponseRule {
  const { rule, severity, mode, answer, for: time = '10m', ...rest } = value as Record<string, unknown>;
  const wrong = (what: string) => new ResponsePolicyError(`rule ${number}: ${what}`);
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw wrong(`"${other}" is not known`);
  if ((rule === undefined) === (severity === undefined)) throw wrong('give it either a rule or a severity');
  if (rule !== undefined && typeof rule !== 'string')
    throw wrong('rule is a name of docs/reference/findings.md');
  if (severity !== undefined && !SEVERITIES.includes(severity as RuleSeverity))
    throw wrong(`severity is one of ${SEVERITIES.join(', ')}`);
  if (!MODES.includes(mode as Mode)) throw wrong(`mode is one of ${MODES.join(', ')}`);
  if (!ANSWERS.includes(answer as Answer)) throw wrong(`answer is one of ${ANSWERS.join(', ')}`);
  const parts = /^(\d+)([smhd])$/.exec(String(time));
  const forMs = parts === null ? 0 : Number(parts[1]) * UNITS_MS[parts[2]!]!;
  if (!(forMs > 0 && forMs <= FOR_MS_MAX)) throw wrong('for is a time as 90s, 10m or 24h, 30d at most');
  return {
    rule: (rule as string | undefined) ?? null,
    severity: (severity as RuleSeverity | undefined) ?? null,
    mode: mode as Mode,
    answer: answer as Answer,
    forMs,
  };
}
