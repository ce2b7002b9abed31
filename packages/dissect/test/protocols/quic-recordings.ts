// Recordings of quic-go over loopback, which carry their secrets in a block of their own: two connections each, the
// second with 0-RTT, and keys that change every dozen packets.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import { CaptureReader, newFrame } from '../../src/files/index.ts';

/** AES-128-GCM; version 2 of QUIC; ChaCha20-Poly1305. */
export const RECORDINGS = ['quic-v1', 'quic-v2', 'quic-chacha'] as const;

export const pathOf = (name: string): string =>
  fileURLToPath(new URL(`recordings/${name}.pcapng`, import.meta.url));

/** What is seen of each packet; `arrange` may damage the packets before, or put them in another order. */
export function seen<T>(
  name: string,
  hasSecrets: boolean,
  see: (p: Packet) => T,
  arrange: (packets: Uint8Array[]) => Uint8Array[] = (packets) => packets,
): T[] {
  const reader = new CaptureReader();
  const frame = newFrame();
  const packets: Uint8Array[] = [];
  reader.feed(readFileSync(pathOf(name)));
  reader.finish();
  while (reader.next(frame)) packets.push(frame.data.slice(frame.start, frame.end));
  const dissector = new Dissector();
  if (hasSecrets) dissector.session.keyLog.watch(reader.secrets);
  return arrange(packets).map((data, i) => {
    Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
    return see(dissector.dissect(frame));
  });
}
