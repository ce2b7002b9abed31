// Reads the SSH server's ports from sshd_config(5), including included files.
import { posix } from 'node:path';

export interface Files {
  /** Returns '' if the file does not exist. */
  read(path: string): string;
  list(folder: string): readonly string[];
}

const SSHD_CONFIG = '/etc/ssh/sshd_config';
const PORT_USUAL = 22;
/** Nesting of Include, as in sshd. */
const DEPTH_MAX = 16;

/** Ports of the SSH server; empty if there is no configuration, and so no server. */
export function sshdPorts(files: Files, path = SSHD_CONFIG): number[] {
  if (files.read(path) === '') return [];
  const ports: number[] = [];
  const ofAddresses: number[] = [];
  let hasAddressWithout = false;
  for (const [keyword, value] of settingsOf(files, path, 0)) {
    if (keyword === 'port') ports.push(Number(value));
    if (keyword !== 'listenaddress') continue;
    // HOST:PORT or [HOST]:PORT, perhaps followed by a routing domain. An address alone uses the ports of Port.
    const own = /^(?:\[[^\]]*\]|[^:\s]*):(\d+)(?:\s|$)/.exec(value);
    if (own === null) hasAddressWithout = true;
    else ofAddresses.push(Number(own[1]));
  }
  const isUsual = ports.length === 0 && (hasAddressWithout || ofAddresses.length === 0);
  const all = [...(isUsual ? [PORT_USUAL] : ports), ...ofAddresses];
  return [...new Set(all)].filter((port) => port > 0 && port < 65_536);
}

/** Yields keywords in lower case with their values, up to the first Match: ports are not allowed after it. */
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

/** Files that match a path with a glob(7) pattern in its last part, sorted. */
function matching(files: Files, pattern: string): string[] {
  const folder = posix.dirname(pattern);
  const name = posix.basename(pattern).replaceAll(/[.+^${}()|\\]/g, '\\$&');
  const wanted = new RegExp(`^${name.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return [...files.list(folder)]
    .filter((each) => wanted.test(each))
    .sort()
    .map((each) => posix.join(folder, each));
}
