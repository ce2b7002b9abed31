// Packet decryption with the keys of each encryption level: those of Initial packets are derivable, others come from
// logged secrets.
import type { Packet } from '../../core/packet.ts';
import { agreedSession } from '../tls/decryption/decryption.ts';
import { type Suite, suiteOf } from '../tls/decryption/suites.ts';
import { tlsSession } from '../tls/session.ts';
import type { Connection } from './connection.ts';
import { type ClearHeader, PacketKeys } from './protection.ts';
import {
  APPLICATION_LEVEL,
  EARLY_LEVEL,
  HANDSHAKE_LEVEL,
  INITIAL_LEVEL,
  type Level,
  type QuicSide,
} from './side.ts';

export interface Unprotected {
  /** First byte of the packet in clear. */
  readonly first: number;
  readonly packetNumber: number;
  readonly packetNumberBytes: number;
  /** Decrypted frames; null if authentication fails. */
  readonly plain: Uint8Array | null;
}

/** 0-RTT uses the cipher suite of an earlier connection, which is inferred from the length of the secret. */
const EARLY_SUITES = [0x1301, 0x1303, 0x1302];
const KEY_PHASE = 0x04;

/**
 * Decrypts the packet [start, end) of the client (0) or the server (1), whose packet number is at `at`. Null without
 * keys, or if it is too short for a header protection sample.
 */
export function decryptPacket(
  p: Packet,
  connection: Connection,
  who: 0 | 1,
  level: Level,
  start: number,
  at: number,
  end: number,
): Unprotected | null {
  const side = connection.sides[who];
  if (level === EARLY_LEVEL && side.keys[level] === null) return decryptEarly(p, connection, start, at, end);
  const keys = side.keys[level] ?? loggedKeys(p, connection, who, level);
  side.keys[level] = keys;
  const header = keys?.unmask(p.buf, start, at, end, side.largest(level)) ?? null;
  if (keys === null || header === null) return null;
  const sealed = p.buf.subarray(at + header.numberBytes, end);
  const plain =
    level === APPLICATION_LEVEL ? decryptPhase(side, keys, header, sealed) : keys.open(header, sealed);
  return decrypted(side, level, header, plain);
}

function decrypted(side: QuicSide, level: Level, header: ClearHeader, plain: Uint8Array | null): Unprotected {
  if (plain !== null) side.sawNumber(level, header.number);
  return { first: header.first, packetNumber: header.number, packetNumberBytes: header.numberBytes, plain };
}

/** RFC 9001 §6: the key phase bit shows a key update. Reordered packets may still use the previous keys. */
function decryptPhase(
  side: QuicSide,
  keys: PacketKeys,
  header: ClearHeader,
  sealed: Uint8Array,
): Uint8Array | null {
  side.phase ??= { bit: 0, keys, next: keys.next(), before: null, first: 0 };
  const { phase } = side;
  const bit = header.first & KEY_PHASE;
  if (bit === phase.bit) return phase.keys.open(header, sealed);
  if (header.number < phase.first) return phase.before?.open(header, sealed) ?? null;
  const plain = phase.next.open(header, sealed);
  if (plain !== null)
    side.phase = {
      bit,
      keys: phase.next,
      next: phase.next.next(),
      before: phase.keys,
      first: header.number,
    };
  return plain;
}

/** A 0-RTT packet, with the first suite that fits; its keys are kept. */
function decryptEarly(
  p: Packet,
  connection: Connection,
  start: number,
  at: number,
  end: number,
): Unprotected | null {
  const [client] = connection.sides;
  const secret = secretOf(p, connection, 'CLIENT_EARLY_TRAFFIC_SECRET');
  if (secret === undefined) return null;
  for (const code of EARLY_SUITES) {
    const keys = keysFor(suiteOf(code)!, secret, connection.version);
    const header = keys?.unmask(p.buf, start, at, end, client.largest(EARLY_LEVEL)) ?? null;
    const plain = header && keys!.open(header, p.buf.subarray(at + header.numberBytes, end));
    if (header === null || plain === null) continue;
    client.keys[EARLY_LEVEL] = keys;
    return decrypted(client, EARLY_LEVEL, header, plain);
  }
  return null;
}

function loggedKeys(p: Packet, connection: Connection, who: 0 | 1, level: Level): PacketKeys | null {
  const suite = suiteOf(connection.cipher);
  if (level === INITIAL_LEVEL || suite === null) return null;
  const name = who === 0 ? 'CLIENT' : 'SERVER';
  const secret = secretOf(
    p,
    connection,
    level === HANDSHAKE_LEVEL ? `${name}_HANDSHAKE_TRAFFIC_SECRET` : `${name}_TRAFFIC_SECRET_0`,
  );
  return secret === undefined ? null : keysFor(suite, secret, connection.version);
}

function secretOf(p: Packet, { clientRandom }: Connection, label: string): Uint8Array | undefined {
  return clientRandom === null ? undefined : p.session.keyLog.find(label, clientRandom);
}

/** RFC 8446 §7.1: a secret is as long as the suite's digest; null when it is of another suite. */
function keysFor(suite: Suite, secret: Uint8Array, version: number): PacketKeys | null {
  return secret.length === suite.hmac(secret).length ? new PacketKeys(suite, secret, version) : null;
}

/** Takes over client random and cipher suite from a hello in this packet, by which secrets are found. */
export function takeSession(p: Packet, connection: Connection): void {
  const session = agreedSession(p);
  if (session === null) return;
  connection.clientRandom = session.clientRandom;
  connection.cipher = tlsSession(p).cipher;
  connection.alpn = session.alpn;
}
