// H.225.0 call signalling of H.323 terminals and gatekeepers: only the message type is dissected, from the first bits
// of the PER encoding (X.691 §22: an extension bit, then the index of the alternative).
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';

/** RasMessage (annex H); from index 25 on, extension additions. */
const ras = (
  'gatekeeperRequest gatekeeperConfirm gatekeeperReject registrationRequest registrationConfirm registrationReject ' +
  'unregistrationRequest unregistrationConfirm unregistrationReject admissionRequest admissionConfirm admissionReject ' +
  'bandwidthRequest bandwidthConfirm bandwidthReject disengageRequest disengageConfirm disengageReject ' +
  'locationRequest locationConfirm locationReject infoRequest infoRequestResponse nonStandardMessage ' +
  'unknownMessageResponse requestInProgress resourcesAvailableIndicate resourcesAvailableConfirm infoRequestAck ' +
  'infoRequestNak serviceControlIndication serviceControlResponse admissionConfirmSequence'
).split(' ');
const RAS_ROOT = 25;
/** Message body of H323-UU-PDU; from index 7 on, extension additions. */
const calls = (
  'setup callProceeding connect alerting information releaseComplete facility progress empty status statusInquiry ' +
  'setupAcknowledge notify'
).split(' ');
const CALLS_ROOT = 7;

const rasNames = Object.fromEntries(ras.map((name, i) => [i, name]));
const callNames = Object.fromEntries(calls.map((name, i) => [i, name]));
const f = {
  ras: uint('h225.RasMessage', 'RasMessage').named(rasNames),
  call: uint('h225.h323_message_body', 'h323-message-body').named(callNames),
};

/** Bits [from, from + count) of the two bytes at `at`. */
function bits(b: Uint8Array, at: number, from: number, count: number): number {
  return (((((b[at]! << 8) | (b[at + 1] ?? 0)) << 16) >>> (32 - from - count)) >>> 0) & ((1 << count) - 1);
}

/** Index of the alternative at bit `from`: an extension bit, then `width` bits, or six if extended. */
function alternative(b: Uint8Array, at: number, from: number, width: number, root: number): number {
  if (bits(b, at, from, 1) === 0) return bits(b, at, from + 1, width);
  return root + bits(b, at, from + 2, 6);
}

/** Whether the message is RAS (over UDP) rather than call signalling (in Q.931, after four bits of optional parts). */
const isRas = (p: Packet, layer: number): boolean => p.protocols[layer - 1]?.name === 'udp';

export const h225: Protocol = protocol({
  name: 'h225',
  title: 'H.225.0',
  column: 'H.225.0',
  fields: f,
  on: [[udpPorts, 1718, 1719]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (isRas(p, layer)) out.add(f.ras, start, 1, alternative(b, start, 0, 5, RAS_ROOT));
    else out.add(f.call, start, 1, alternative(b, start, 4, 3, CALLS_ROOT));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return '';
    return isRas(p, layer)
      ? `RAS: ${ras[alternative(b, start, 0, 5, RAS_ROOT)] ?? 'Unknown'} `
      : `CS: ${calls[alternative(b, start, 4, 3, CALLS_ROOT)] ?? 'Unknown'} `;
  },
});
