// Parses listening sockets from Linux's /proc/net/{tcp,tcp6,udp,udp6} (kernel documentation: proc_net_tcp).

export interface KernelSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const LISTEN = '0A';
/** State of a UDP socket without a peer. */
const UNCONNECTED = '07';

/** Listening sockets in the text of one of these files; malformed lines are skipped. */
export function listeningIn(text: string, protocol: 'tcp' | 'udp'): KernelSocket[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const local = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(words[1] ?? '');
    const inode = words[9];
    if (local === null || inode === undefined || words[3] !== (protocol === 'tcp' ? LISTEN : UNCONNECTED))
      return [];
    return [{ protocol, address: addressOf(local[1]!), port: Number.parseInt(local[2]!, 16), inode }];
  });
}

/** Decodes 32-bit words in host byte order; Node runs on little-endian Linux only. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Options of Node whose value is the next argument. */
const NODE_VALUES = new Set([
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '--env-file',
]);

/** Returns `peer lab-7` for `node …/bin/eyrie.js peer lab-7 --quiet`; null for other programs. */
export function serviceOf(commandLine: readonly string[]): string | null {
  const at = programAt(commandLine);
  if (!/(^|[\\/])eyrie(\.m?js)?$/.test(commandLine[at] ?? '')) return null;
  const [command, second] = commandLine.slice(at + 1).filter((word) => !word.startsWith('-'));
  if (command === undefined) return null;
  return command === 'peer' && second !== undefined ? `peer ${second}` : command;
}

/** Index of the program in the command line: first, or after Node and its options. */
function programAt(words: readonly string[]): number {
  if (!/(^|[\\/])node(\.exe)?$/.test(words[0] ?? '')) return 0;
  let at = 1;
  while (words[at]?.startsWith('-') === true) at += NODE_VALUES.has(words[at]!) ? 2 : 1;
  return at;
}
