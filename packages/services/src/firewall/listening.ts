// What the kernel of Linux says of sockets that listen: /proc/net/{tcp,tcp6,udp,udp6}, proc_net_tcp.txt of its documentation.

export interface KernelSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const LISTEN = '0A';
/** A UDP socket without a peer. */
const UNCONNECTED = '07';

/** Sockets that wait for others; `text` is one of those files. Lines that are no sockets are passed over. */
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

/** Words of 32 bits, each in the order of the machine, which is little-endian wherever Node runs on Linux. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Options of Node that have their value behind them. */
const NODE_VALUES = new Set([
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '--env-file',
]);

/** `peer lab-7` of `node …/bin/eyrie.js peer lab-7 --quiet`; null for other programs, whatever they are told. */
export function serviceOf(commandLine: readonly string[]): string | null {
  const at = programAt(commandLine);
  if (!/(^|[\\/])eyrie(\.m?js)?$/.test(commandLine[at] ?? '')) return null;
  const [command, second] = commandLine.slice(at + 1).filter((word) => !word.startsWith('-'));
  if (command === undefined) return null;
  return command === 'peer' && second !== undefined ? `peer ${second}` : command;
}

/** Where the program stands: first, or behind Node and its options. */
function programAt(words: readonly string[]): number {
  if (!/(^|[\\/])node(\.exe)?$/.test(words[0] ?? '')) return 0;
  let at = 1;
  while (words[at]?.startsWith('-') === true) at += NODE_VALUES.has(words[at]!) ? 2 : 1;
  return at;
}
