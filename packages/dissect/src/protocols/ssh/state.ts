// State of an SSH conversation, derived from its cleartext packets.
import { ascii, u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';

export const KEXINIT = 20;
export const NEWKEYS = 21;

/** Kinds of key exchange, which number their messages differently. */
export const DH = 1;
export const GEX = 2;
export const ECDH = 3;

export interface SshState {
  /** Protocol version 1 or 2; 0: unknown, because the client's banner has not been seen. */
  version: number;
  /**
   * By side (client, server): the banner is complete; packets are encrypted from now on; number of cleartext packets.
   */
  readonly hasBanner: [boolean, boolean];
  readonly isEncrypted: [boolean, boolean];
  readonly packets: [number, number];
  /** Key exchange methods offered by each side, until one is negotiated. */
  readonly offers: [string, string];
  exchange: number;
}

const newState = (): SshState => ({
  version: 0,
  hasBanner: [false, false],
  isEncrypted: [false, false],
  packets: [0, 0],
  offers: ['', ''],
  exchange: DH,
});

export function sshState(p: Packet): SshState {
  return p.session.stateOf(p, 'ssh', newState);
}

const PORTS = [22, 29418, 830, 2222];

/** Whether the packet was sent by the server, according to the SYN or else the port. */
export function isServers(p: Packet): boolean {
  const server = p.flow < 0 ? 0 : p.session.tcp.serverPort(p.flow);
  if (server !== 0 && p.srcPort !== p.dstPort) return p.srcPort === server;
  if (PORTS.includes(p.dstPort)) return false;
  return PORTS.includes(p.srcPort) || p.srcPort < p.dstPort;
}

/** Protocol version in a client's banner (RFC 4253 §4.2); 1.99 means that both are supported (§5.1). */
export function bannerVersion(b: Uint8Array, at: number, end: number): number {
  const text = ascii(b, at, Math.min(end, at + 9)).toUpperCase();
  if (text.startsWith('SSH-2.') || text.startsWith('SSH-1.99-')) return 2;
  return text.startsWith('SSH-1.') ? 1 : 0;
}

/** Maximum length of a name-list that is kept; longer ones are truncated. */
const LIST_BYTES_MAX = 4096;
/** Offset of the first name-list, after message code and cookie. */
const LISTS_AT = 17;

/** The first name-list (kex_algorithms) of the KEXINIT whose message code is at `at`. */
export function kexList(b: Uint8Array, at: number, end: number): string {
  const start = at + LISTS_AT + 4;
  if (start > end) return '';
  return ascii(b, start, Math.min(end, start + Math.min(LIST_BYTES_MAX, u32(b, at + LISTS_AT))));
}

/** The negotiated key exchange method (RFC 4253 §7.1): the client's first one that the server supports, too. */
export function agreedExchange(client: string, server: string): number {
  const known = new Set(server.split(','));
  const method = client.split(',').find((name) => known.has(name));
  if (method === undefined) return DH;
  if (method.startsWith('diffie-hellman-group-exchange')) return GEX;
  if (method.startsWith('diffie-hellman') || method.startsWith('gss-group')) return DH;
  return ECDH;
}

const COMMON: Readonly<Record<number, string>> = {
  1: 'Disconnect',
  2: 'Ignore',
  3: 'Unimplemented',
  4: 'Debug',
  5: 'Service Request',
  6: 'Service Accept',
  [KEXINIT]: 'Key Exchange Init',
  [NEWKEYS]: 'New Keys',
};

const EXCHANGES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [DH]: { 30: 'Diffie-Hellman Key Exchange Init', 31: 'Diffie-Hellman Key Exchange Reply' },
  [GEX]: {
    30: 'Diffie-Hellman Group Exchange Request (Old)',
    31: 'Diffie-Hellman Group Exchange Group',
    32: 'Diffie-Hellman Group Exchange Init',
    33: 'Diffie-Hellman Group Exchange Reply',
    34: 'Diffie-Hellman Group Exchange Request',
  },
  [ECDH]: {
    30: 'Elliptic Curve Diffie-Hellman Key Exchange Init',
    31: 'Elliptic Curve Diffie-Hellman Key Exchange Reply',
  },
};

/** Name of a message code of SSH 2 (RFC 4250 §4.1). */
export function messageName(code: number, exchange: number): string {
  return COMMON[code] ?? EXCHANGES[exchange]?.[code] ?? `Unknown (${code})`;
}

const SSH1: Readonly<Record<number, string>> = { 2: 'Public Key', 3: 'Session Key' };

export function messageName1(code: number): string {
  return SSH1[code] ?? `Unknown (${code})`;
}
