// Who may send what to this peer: the first matching rule decides. Without a file, every approved peer may send anything.
// Peers that are not approved are refused before any rule.

import { parse, TomlError } from 'smol-toml';
import { ROLES } from '../identity/names.ts';
import type { Member } from '../members/roster-state.ts';
import type { Standing } from '../peer/standing.ts';

export interface Rule {
  /** Names, `role:authority`, or `*`. */
  from: string[];
  /** Topics; `*` at the end stands for any rest. Those of the mesh itself: message, broadcast, get:NAME. */
  topics: string[];
  allow: boolean;
}

export class PolicyError extends Error {}

export const POLICY_EXAMPLE = `# Who may send what to this peer. Read at the start and by "eyrie mesh reload". The first rule that fits decides; if none does, it is allowed.
# from: names of peers, "role:authority", "role:coordinator", or "*". topics: "message", "file", "broadcast", "get:NAME", "hold"
# (what others leave here for one that is away), "*"; and "captures", which without a rule is allowed to nobody.
#
# [[rule]]
# from = ["lab-7"]
# topics = ["message"]
# allow = false
`;

export class Policy {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly Rule[] = []) {
    this.#rules = rules;
  }

  isAllowed(from: Member, topic: string): boolean {
    const rule = this.#rules.find(
      (each) =>
        each.from.some((name) => isWho(name, from)) && each.topics.some((name) => isLike(name, topic)),
    );
    return rule?.allow ?? isWithoutRule(topic);
  }

  /**
   * All that had a hand in it must be allowed it: who sends for another gets that one no more than it has itself, and no
   * more for itself either. '' is no peer.
   */
  areAllowed({ roster, measures }: Standing, ids: readonly string[], topic: string): boolean {
    return ids.every((id) => {
      const member = id === '' ? null : roster.approved(id);
      return id === '' || (member !== null && !measures.isCutOff(id) && this.isAllowed(member, topic));
    });
  }
}

/** What a capture shows others have said: only peers that a rule names get it. */
function isWithoutRule(topic: string): boolean {
  return topic !== 'captures';
}

/** @throws PolicyError with one line that names the rule */
export function parsePolicy(text: string): Policy {
  let document: Record<string, unknown>;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw new PolicyError(`line ${error.line}: ${reason}`);
  }
  const other = Object.keys(document).find((key) => key !== 'rule');
  if (other !== undefined) throw new PolicyError(`unknown part "${other}": rules are [[rule]]`);
  const rules = document.rule ?? [];
  if (!Array.isArray(rules)) throw new PolicyError('rules are written [[rule]]');
  return new Policy(rules.map((rule, i) => readRule(rule, i + 1)));
}

function readRule(rule: unknown, number: number): Rule {
  const { from, topics, allow, ...rest } = rule as Record<string, unknown>;
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw new PolicyError(`rule ${number} has an unknown part "${other}"`);
  if (!isTexts(from)) throw new PolicyError(`rule ${number}: from is a list of names`);
  if (!isTexts(topics)) throw new PolicyError(`rule ${number}: topics is a list of topics`);
  if (typeof allow !== 'boolean') throw new PolicyError(`rule ${number}: allow is true or false`);
  const badRole = from.find(
    (name) => name.startsWith('role:') && !(ROLES as readonly string[]).includes(name.slice(5)),
  );
  if (badRole !== undefined)
    throw new PolicyError(`rule ${number}: there is no ${badRole}; roles are ${ROLES.join(', ')}`);
  return { from, topics, allow };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isWho(name: string, member: Member): boolean {
  return name === '*' || name === member.id || name === `role:${member.role}`;
}

function isLike(pattern: string, topic: string): boolean {
  return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : pattern === topic;
}
