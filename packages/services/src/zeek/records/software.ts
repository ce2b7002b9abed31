// software.log: programs of local hosts that say what they are, each once a day and when its version changes
// (https://docs.zeek.org/en/master/logs/known-and-software.html).
import { isLocal } from '../conn/local.ts';
import type { Column, LogKind } from '../write/log-kind.ts';
import type { Logs } from './log.ts';
import { SeenOfLate } from './seen-of-late.ts';

type SoftwareType = 'HTTP::SERVER' | 'HTTP::BROWSER' | 'SSH::SERVER' | 'SSH::CLIENT' | 'MySQL::SERVER';

interface Program {
  readonly name: string;
  /** Up to four numbers. */
  readonly version: readonly number[];
  readonly more: string | null;
}

interface Found extends Program {
  readonly time: number;
  readonly host: string;
  /** Null for clients. */
  readonly port: number | null;
  readonly type: SoftwareType;
  readonly banner: string;
}

const columns: readonly Column<Found>[] = [
  ['ts', 'time', ({ time }) => time],
  ['host', 'addr', ({ host }) => host],
  ['host_p', 'port', ({ port }) => port],
  ['software_type', 'enum', ({ type }) => type],
  ['name', 'string', ({ name }) => name],
  ['version.major', 'count', ({ version }) => version[0]],
  ['version.minor', 'count', ({ version }) => version[1]],
  ['version.minor2', 'count', ({ version }) => version[2]],
  ['version.minor3', 'count', ({ version }) => version[3]],
  ['version.addl', 'string', ({ more }) => more],
  ['unparsed_version', 'string', ({ banner }) => banner],
];

export const softwareLog: LogKind<Found> = { path: 'software', columns };

/** Of what a program says of itself. */
const TEXT_MAX = 256;

export class SoftwareLog {
  readonly #logs: Logs;
  readonly #seen = new SeenOfLate();

  constructor(logs: Logs) {
    this.#logs = logs;
  }

  /** @param banner as a program names itself: `nginx/1.22.1 (Debian)`; null or empty: it does not */
  see(
    type: SoftwareType,
    banner: string | null,
    time: number,
    host: string,
    port: number | null = null,
  ): void {
    if (banner === null || banner === '' || !isLocal(host)) return;
    const text = banner.slice(0, TEXT_MAX);
    const program = programIn(text);
    const version = `${program.version.join('.')} ${program.more ?? ''}`;
    if (!this.#seen.isNews(`${type} ${host} ${program.name}`, version, time)) return;
    this.#logs.write(softwareLog, { time, host, port, type, banner: text, ...program });
  }
}

/** Browsers call themselves Mozilla and then several others: the first of these is meant. */
const BROWSERS: readonly (readonly [name: string, version: RegExp])[] = [
  ['Opera', /(?:OPR|Opera)[/ ]([\d.]+)/],
  ['Edge', /Edge?\/([\d.]+)/],
  ['MSIE', /MSIE ([\d.]+)|Trident\/.*rv:([\d.]+)/],
  ['Firefox', /Firefox\/([\d.]+)/],
  ['Thunderbird', /Thunderbird\/([\d.]+)/],
  ['Chrome', /Chrome\/([\d.]+)/],
  ['Safari', /Version\/([\d.]+).* Safari\//],
  ['Unspecified WebKit', /AppleWebKit\/([\d.]+)/],
];

export function programIn(text: string): Program {
  if (/^(Mozilla|Opera)\/\d/.test(text))
    for (const [name, pattern] of BROWSERS) {
      const found = pattern.exec(text);
      if (found !== null)
        return { name, version: numbersIn(found[1] ?? found[2] ?? ''), more: mobileIn(text) };
    }
  // It matches from the first digit on, whatever follows: a line end, at which it failed, made it try all other ways first.
  const [, before = text, version = '', more = ''] =
    /^(.*?)[/\-_ (v]*(\d+(?:[.\-_]\d+)*)(.*)$/s.exec(text) ?? [];
  return { name: before.trim() || text, version: numbersIn(version), more: firstWord(more) };
}

function mobileIn(text: string): string | null {
  return / Mobile[/ ]/.test(text) ? 'Mobile' : null;
}

function numbersIn(version: string): number[] {
  return version
    .split(/[.\-_]/)
    .filter((part) => /^\d{1,10}$/.test(part))
    .slice(0, 4)
    .map(Number);
}

/** `p1 Debian-2` is p1, ` (Debian)` is Debian. */
function firstWord(text: string): string | null {
  return /[^\s.\-_,;[\](){}/]+/.exec(text)?.[0] ?? null;
}
