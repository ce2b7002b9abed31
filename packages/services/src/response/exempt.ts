// Addresses that the policy never acts against, in whichever notation a witness reports them.
import { BlockList, isIP } from 'node:net';
import { isAddress } from '../firewall/index.ts';

/** No host on the network (RFC 6890, RFC 4291 §2.7): a report of one is an error, or an attempt to cut off this machine. */
const NO_HOST = listOf([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  'ff00::/8',
]);

/** What the policy exempts: names of peers, addresses, and networks in CIDR notation. */
export class Exempt {
  readonly #names: ReadonlySet<string>;
  readonly #networks: BlockList;

  constructor(entries: readonly string[]) {
    this.#names = new Set(entries.filter((each) => !isAddress(each)));
    this.#networks = listOf(entries.filter(isAddress));
  }

  has(subject: string): boolean {
    return this.#names.has(subject) || holds(this.#networks, subject);
  }
}

/** An address in its notation of RFC 5952, IPv4-mapped ones as IPv4; other text as it is. */
export function canonicalAddress(text: string): string {
  if (isIP(text) !== 6 || text.includes('%')) return text;
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether a canonical address is loopback, unspecified, multicast or broadcast. */
export function isNoHost(address: string): boolean {
  return holds(NO_HOST, address);
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const [address = '', prefix] = text.split('/');
    const plain = prefix === undefined ? canonicalAddress(address) : address;
    const isFour = isIP(plain) === 4;
    list.addSubnet(plain, Number(prefix ?? (isFour ? 32 : 128)), isFour ? 'ipv4' : 'ipv6');
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
