// Dissection of decrypted records: handshake messages like those in the clear, application data as a stream of its own.
import { NESTED, type Packet } from '../../../core/packet.ts';
import type { Protocol } from '../../../core/protocol.ts';
import { notesOf, packVersions, readHandshakeRecord } from '../handshake.ts';
import { ALERT, APPLICATION_DATA, HANDSHAKE, type TlsSession } from '../session.ts';
import { closeApplicationData, deliver } from './application-data.ts';
import { type Decryption, decryptRecord } from './decryption.ts';

/** RFC 8446 §6.1: close_notify. */
const CLOSE_NOTIFY = 0;

/** Opens the whole record [at, end) of a layer, if it can be. `bare` is the protocol of a message's own layer. */
export function readDecrypted(
  p: Packet,
  s: TlsSession,
  layer: number,
  at: number,
  end: number,
  bare: Protocol,
): void {
  const decrypted = decryptRecord(p, s, at, end);
  if (decrypted === null) return;
  const { type, content } = decrypted;
  const decryption = p.session.knownState<Decryption>(p, 'tls-decryption')!;
  const note = { at, type, content, layer: -1, isWaiting: false };
  notesOf(p, layer).decrypted.push(note);
  if (type === HANDSHAKE) note.layer = readMessages(p, s, content, bare);
  else if (type === APPLICATION_DATA) note.isWaiting = deliver(p, decryption, content);
  else if (type === ALERT && content[1] === CLOSE_NOTIFY) closeApplicationData(p, decryption);
}

/** The messages get a layer of their own within that of the record; returns which, -1 where there was no room. */
function readMessages(p: Packet, s: TlsSession, content: Uint8Array, bare: Protocol): number {
  let layer = -1;
  p.within('Decrypted TLS', content, 0, content.length, content.length, () => {
    if (!p.push(bare, NESTED)) return;
    layer = p.layer;
    notesOf(p, layer).isRecordless = true;
    readHandshakeRecord(p, s, layer, 0, content.length, bare);
    p.mark[layer] = packVersions(s.version, s.version);
  });
  return layer;
}
