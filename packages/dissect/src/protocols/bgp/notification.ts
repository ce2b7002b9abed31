// BGP NOTIFICATION message (RFC 4271 §4.5, RFC 4486, RFC 9003).
import type { Field } from '../../core/field.ts';
import { bytes, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import {
  ceaseNames,
  errorNames,
  headerErrorNames,
  openErrorNames,
  stateErrorNames,
  updateErrorNames,
} from './names.ts';

const OPEN_ERROR = 2;
const BAD_PEER = 2;
const CEASE = 6;
const SHUTDOWN = 2;
const RESET = 4;

export const notificationFields = {
  error: uint('bgp.notify.major_error', 'Major error Code').named(errorNames),
  headerError: uint('bgp.notify.minor_error', 'Minor error Code (Message Header)').named(headerErrorNames),
  openError: uint('bgp.notify.minor_error_open', 'Minor error Code (Open Message)').named(openErrorNames),
  updateError: uint('bgp.notify.minor_error_update', 'Minor error Code (Update Message)').named(
    updateErrorNames,
  ),
  holdError: uint('bgp.notify.minor_error_expired', 'Minor error Code (Hold Timer Expired)'),
  stateError: uint('bgp.notify.minor_error_state', 'Minor error Code (State Machine)').named(stateErrorNames),
  cease: uint('bgp.notify.minor_error_cease', 'Minor error Code (Cease)').named(ceaseNames),
  otherError: uint('bgp.notify.minor_error_unknown', 'Minor error Code (Unknown)'),
  badPeer: uint('bgp.notify.error_open.bad_peer_as', 'Bad Peer AS'),
  errorData: bytes('bgp.notify.minor_data', 'Data'),
  reasonLength: uint('bgp.notify.communication_length', 'BGP Shutdown Communication Length'),
  reason: text('bgp.notify.communication', 'Shutdown Communication'),
};

const f = notificationFields;

const minorFields: Readonly<Record<number, Field>> = {
  1: f.headerError,
  2: f.openError,
  3: f.updateError,
  4: f.holdError,
  5: f.stateError,
  6: f.cease,
};

export function emitNotification(b: Uint8Array, at: number, end: number, out: Sink): void {
  const major = b[at]!;
  const minor = b[at + 1]!;
  out.add(f.error, at, 1);
  out.add(minorFields[major] ?? f.otherError, at + 1, 1);
  at += 2;
  if (at >= end) return;
  // RFC 9003 §2: shutdown communication, the operator's reason.
  if (major === CEASE && (minor === SHUTDOWN || minor === RESET) && at + 1 + b[at]! <= end) {
    out.add(f.reasonLength, at, 1);
    out.add(f.reason, at + 1, b[at]!);
  } else if (major === OPEN_ERROR && minor === BAD_PEER && (end - at === 2 || end - at === 4)) {
    out.add(f.badPeer, at, end - at);
  } else out.add(f.errorData, at, end - at);
}
