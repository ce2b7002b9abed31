// QUIC packets as their senders seal them (RFC 9001, RFC 9369), with the platform's ciphers, not those under test.
import { createCipheriv, createHmac } from 'node:crypto';
import { vector } from './tls-bytes.ts';

export const V1 = 0x00000001;
export const V2 = 0x6b3343cf;
export const DRAFT_29 = 0xff00001d;

const SALTS = new Map([
  [V1, '38762cf7f55934b34d179ae6a4c80cadccbb7f0a'],
  [V2, '0dede3def700a6db819381be6e269dcbf9bd2ed9'],
  [DRAFT_29, 'afbfec289993d24c9e9786f19c6111e04390a899'],
]);

const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');

export const varint = (value: number): string =>
  value < 64 ? value.toString(16).padStart(2, '0') : (0x4000 | value).toString(16);

/** A CRYPTO frame with what stands from `offset` on in the stream. */
export const crypto = (offset: number, hex: string): string =>
  `06${varint(offset)}${varint(hex.length / 2)}${hex}`;

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** HKDF-Expand-Label of RFC 8446 for at most 32 bytes. */
function expand(secret: Buffer, label: string, bytes: number): Buffer {
  const info = fromHex(
    `00${bytes.toString(16).padStart(2, '0')}${vector(1, Buffer.from(`tls13 ${label}`).toString('hex'))}0001`,
  );
  return hmac(secret, info).subarray(0, bytes);
}

interface Initial {
  readonly version?: number;
  /** The destination's identifier in the client's first packet, of which the keys are made. */
  readonly first: string;
  readonly to: string;
  readonly from: string;
  readonly isServer?: boolean;
  readonly number?: number;
  readonly token?: string;
  /** 0: Initial, 1: 0-RTT, 2: Handshake (sealed with the same keys: nobody looks inside). */
  readonly type?: number;
  readonly frames: string;
}

/** A packet with a long header, in hexadecimal. */
export function sealed(options: Initial): string {
  const {
    version = V1,
    first,
    to,
    from,
    isServer = false,
    number = 0,
    token = '',
    type = 0,
    frames,
  } = options;
  const prefix = version === V2 ? 'quicv2' : 'quic';
  const initial = hmac(fromHex(SALTS.get(version)!), fromHex(first));
  const secret = expand(initial, isServer ? 'server in' : 'client in', 32);
  const body = fromHex(frames);
  // RFC 9369 §3.2 turns the types of packets round.
  const flags = 0xc1 | ((version === V2 ? (type + 1) & 3 : type) << 4);
  const head = fromHex(
    flags.toString(16) +
      version.toString(16).padStart(8, '0') +
      vector(1, to) +
      vector(1, from) +
      (type === 0 ? varint(token.length / 2) + token : '') +
      varint(body.length + 18) +
      number.toString(16).padStart(4, '0'),
  );
  const nonce = expand(secret, `${prefix} iv`, 12);
  nonce.writeUInt16BE(nonce.readUInt16BE(10) ^ number, 10);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, `${prefix} key`, 16), nonce);
  cipher.setAAD(head);
  const text = Buffer.concat([cipher.update(body), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv('aes-128-ecb', expand(secret, `${prefix} hp`, 16), null).update(
    text.subarray(2, 18),
  );
  head[0]! ^= mask[0]! & 15;
  head[head.length - 2]! ^= mask[1]!;
  head[head.length - 1]! ^= mask[2]!;
  return Buffer.concat([head, text]).toString('hex');
}
