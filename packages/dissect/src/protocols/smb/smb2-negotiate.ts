// Negotiate contexts of dialect 3.1.1: hashes, ciphers, compression and signing ([MS-SMB2] §2.2.3.1).
import { utf16le } from '../../codec/utf16.ts';
import { u16le } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { f } from './smb2-fields.ts';

const PREAUTH = 1;
const ENCRYPTION = 2;
const COMPRESSION = 3;
const NETNAME = 5;
const SIGNING = 8;

/** Contexts are aligned to eight bytes relative to the header. */
const ALIGNMENT = 8;

export function emitNegotiateContexts(
  b: Uint8Array,
  at: number,
  end: number,
  count: number,
  out: Sink,
): void {
  for (let k = 0; k < count && at + 8 <= end; k++) {
    const type = u16le(b, at);
    const length = u16le(b, at + 2);
    const value = at + 8;
    const stop = Math.min(end, value + length);
    out.group(`Negotiate Context: ${f.contextType.nameOf(type) ?? type}`, at, stop - at);
    out.add(f.contextType, at, 2);
    out.add(f.contextLength, at + 2, 2);
    emitContext(b, type, value, stop, out);
    out.close();
    at += Math.ceil((8 + length) / ALIGNMENT) * ALIGNMENT;
  }
}

function emitContext(b: Uint8Array, type: number, at: number, stop: number, out: Sink): void {
  if (stop - at < 2) return;
  const count = u16le(b, at);
  switch (type) {
    case PREAUTH: {
      out.add(f.hashCount, at, 2);
      out.add(f.saltLength, at + 2, 2);
      const salt = emitNumbers(at + 4, stop, count, f.hash, out);
      out.add(f.salt, salt, Math.min(stop - salt, u16le(b, at + 2)));
      break;
    }
    case ENCRYPTION:
      out.add(f.cipherCount, at, 2);
      emitNumbers(at + 2, stop, count, f.cipher, out);
      break;
    case COMPRESSION:
      out.add(f.compressionCount, at, 2);
      out.open(f.compressionFlags, at + 4, 4);
      out.add(f.compressionChained, at + 4, 4);
      out.close();
      emitNumbers(at + 8, stop, count, f.compression, out);
      break;
    case SIGNING:
      out.add(f.signingCount, at, 2);
      emitNumbers(at + 2, stop, count, f.signing, out);
      break;
    case NETNAME:
      out.add(f.netname, at, stop - at, utf16le(b, at, stop));
      break;
  }
}

function emitNumbers(at: number, stop: number, count: number, field: Field, out: Sink): number {
  for (let k = 0; k < count && at + 2 <= stop; k++, at += 2) out.add(field, at, 2);
  return at;
}
