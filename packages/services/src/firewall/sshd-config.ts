// Ports of this machine's SSH server by its configuration: sshd_config(5), with the files that it includes.
import { posix } from 'node:path';

export interface Files {
  /** '' of a file that is not there. */
  read(path: string): string;
  list(folder: string): readonly string[];
}

const SSHD_CONFIG = '/etc/ssh/sshd_config';
const PORT_USUAL = 22;
/** sshd itself stops there. */
const DEPTH_MAX = 16;

/** Empty where there is no configuration, and so no server. */
export function sshdPorts(files: Files, path = SSHD_CONFIG): number[] {
  if (files.read(path) === '') return [];
  const ports: number[] = [];
  const ofAddresses: number[] = [];
  let hasAddressWithout = false;
  for (const [keyword, value] of settingsOf(files, path, 0)) {
    if (keyword === 'port') ports.push(Number(value));
    if (keyword !== 'listenaddress') continue;
    // HOST:PORT or [HOST]:PORT; an address alone takes the ports that are given. Behind it may stand a routing domain.
    const own = /^(?:\[[^\]]*\]|[^:\s]*):(\d+)(?:\s|$)/.exec(value);
    if (own === null) hasAddressWithout = true;
    else ofAddresses.push(Number(own[1]));
  }
  const isUsual = ports.length === 0 && (hasAddressWithout || ofAddresses.length === 0);
  const all = [...(isUsual ? [PORT_USUAL] : ports), ...ofAddresses];
  return [...new Set(all)].filter((port) => port > 0 && port < 65_536);
}

/** Keywords, in lower case, with what stands behind; up to the first Match, behind which ports may not stand. */
function* settingsOf(files: Files, path: string, depth: number): Generator<[string, string]> {
  for (const line of files.read(path).split('\n')) {
    const [, word = '', rest = ''] =
      /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line.replace(/#.*/, '')) ?? [];
    const keyword = word.toLowerCase();
    if (keyword === 'match') return;
    const value = rest.replaceAll('"', '');
    if (keyword !== 'include') yield [keyword, value];
    else if (depth < DEPTH_MAX)
      for (const pattern of value.split(/\s+/))
        for (const each of matching(files, posix.resolve('/etc/ssh', pattern)))
          yield* settingsOf(files, each, depth + 1);
  }
}

/** Files by a pattern of glob(7) in the last part of a path, in their order. */
function matching(files: Files, pattern: string): string[] {
  const folder = posix.dirname(pattern);
  const name = posix.basename(pattern).replaceAll(/[.+^${}()|\\]/g, '\\$&');
  const wanted = new RegExp(`^${name.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return [...files.list(folder)]
    .filter((each) => wanted.test(each))
    .sort()
    .map((each) => posix.join(folder, each));
}
