// Which addresses are local: Zeek's `Site::local_nets`, which by default is its `Site::private_address_space`
// (base/utils/site.zeek): what the registries of special-purpose addresses (RFC 6890) say is not routed over the Internet.
import { BlockList, isIPv6 } from 'node:net';

const NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast that stays on the link, or within the organisation (RFC 5771 §4, RFC 2365).
  '224.0.0.0/24',
  '239.0.0.0/8',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  // The private ones as 6to4 addresses (RFC 3056).
  '2002::/24',
  '2002:a00::/24',
  '2002:7f00::/24',
  '2002:a9fe::/32',
  '2002:ac10::/28',
  '2002:c0a8::/32',
];

const local = new BlockList();
for (const network of NETWORKS) {
  const [address = '', bits = ''] = network.split('/');
  local.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Answers that are remembered: a host has many connections, and each is asked of several times. */
const ANSWERS_MAX = 4096;
const answers = new Map<string, boolean>();

/** Takes addresses of networks only, as text. */
export function isLocal(address: string): boolean {
  const known = answers.get(address);
  if (known !== undefined) return known;
  if (answers.size >= ANSWERS_MAX) answers.clear();
  const answer = local.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  answers.set(address, answer);
  return answer;
}
