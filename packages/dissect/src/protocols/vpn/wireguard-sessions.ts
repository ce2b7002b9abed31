// Sessions of WireGuard that known keys open: handshakes under way, and the keys by which receivers are addressed.
import { u32le, u64le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { remember } from '../smb/bounded.ts';
import { type Initiation, openInitiation, openResponse, openTransport } from './wireguard-noise.ts';

const INITIATION = 1;
const RESPONSE = 2;
const DATA = 4;
const DATA_HEADER = 16;
const SESSIONS_MAX = 4096;

/** What the keys opened of a message. */
export interface Opened {
  readonly isOpen: boolean;
  /** The initiator's, in its first message. */
  readonly staticKey: Uint8Array | null;
  /** The packet in a data message; null if there is none. */
  readonly packet: Uint8Array | null;
}

interface Sessions {
  /** By the index that the initiator chose. */
  readonly begun: Map<number, Initiation>;
  /** Keys of data messages, by their receiver's index. */
  readonly keys: Map<number, Uint8Array>;
}

/** Opens the message at the cursor, whose length was checked; null without keys. */
export function openMessage(p: Packet): Opened | null {
  const keys = p.session.keyLog.wireGuard;
  if (keys === null) return null;
  const sessions = p.session.memoryOf('wg', (): Sessions => ({ begun: new Map(), keys: new Map() }));
  const message = p.buf.subarray(p.at, p.end);
  switch (message[0]) {
    case INITIATION: {
      const begun = openInitiation(keys, message);
      if (begun !== null) remember(sessions.begun, u32le(message, 4), begun, SESSIONS_MAX);
      return { isOpen: begun !== null, staticKey: begun?.initiatorStatic ?? null, packet: null };
    }
    case RESPONSE: {
      const begun = sessions.begun.get(u32le(message, 8));
      const opened = begun === undefined ? null : openResponse(keys, begun, message);
      if (opened !== null) {
        remember(sessions.keys, u32le(message, 4), opened[0], SESSIONS_MAX);
        remember(sessions.keys, u32le(message, 8), opened[1], SESSIONS_MAX);
      }
      return { isOpen: opened !== null, staticKey: null, packet: null };
    }
    case DATA: {
      const key = sessions.keys.get(u32le(message, 4));
      if (key === undefined || p.end < p.wireEnd) return null;
      const packet = openTransport(key, u64le(message, 8), message.subarray(DATA_HEADER));
      const hasPacket = packet !== null && packet.length > 0;
      return { isOpen: packet !== null, staticKey: null, packet: hasPacket ? packet : null };
    }
    default:
      return null;
  }
}
