// OpenVPN (https://openvpn.net/community-resources/openvpn-protocol/, and openvpn-rfc): control packets carry fragments
// of TLS records; data packets are encrypted.
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, time, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { tls } from '../tls/tls.ts';

const UDP = 17;
const CONTROL = 4;
const ACK = 5;
const DATA1 = 6;
const DATA2 = 9;
const RESET_CLIENT3 = 10;
const CONTROL_WKC = 11;

const opcodes: Readonly<Record<number, string>> = {
  1: 'P_CONTROL_HARD_RESET_CLIENT_V1',
  2: 'P_CONTROL_HARD_RESET_SERVER_V1',
  3: 'P_CONTROL_SOFT_RESET_V1',
  [CONTROL]: 'P_CONTROL_V1',
  [ACK]: 'P_ACK_V1',
  [DATA1]: 'P_DATA_V1',
  7: 'P_CONTROL_HARD_RESET_CLIENT_V2',
  8: 'P_CONTROL_HARD_RESET_SERVER_V2',
  [DATA2]: 'P_DATA_V2',
  [RESET_CLIENT3]: 'P_CONTROL_HARD_RESET_CLIENT_V3',
  [CONTROL_WKC]: 'P_CONTROL_WKC_V1',
};

const f = {
  length: uint('openvpn.plen', 'Packet Length'),
  type: uint('openvpn.type', 'Type').hex(1),
  opcode: uint('openvpn.opcode', 'Opcode').mask(0xf8).hex(1).named(opcodes),
  keyId: uint('openvpn.keyid', 'Key ID').mask(0x07),
  peerId: uint('openvpn.peerid', 'Peer ID'),
  sessionId: uint64('openvpn.sessionid', 'Session ID'),
  hmac: bytes('openvpn.hmac', 'HMAC'),
  replayId: uint('openvpn.pid', 'Replay-Packet-ID'),
  netTime: time('openvpn.net_time', 'Net Time'),
  ackCount: uint('openvpn.mpidarraylength', 'Message Packet-ID Array Length'),
  ack: uint('openvpn.mpidarrayelement', 'Message Packet-ID Array Element'),
  remoteSessionId: uint64('openvpn.rsessionid', 'Remote Session ID'),
  messageId: uint('openvpn.mpid', 'Message Packet-ID'),
  data: bytes('openvpn.data', 'Data'),
  fragment: bytes('openvpn.fragment_bytes', 'Fragment bytes'),
};

/** An incomplete TLS record of one direction. */
interface Partial {
  bytes: Uint8Array;
  have: number;
}
interface State {
  readonly partial: [Partial | null, Partial | null];
}
const newState = (): State => ({ partial: [null, null] });
const RECORD_BYTES_MAX = 5 + 16384 + 2048;

/** Offsets of a control packet's parts; `payload` is -1 if the packet is truncated before it. */
interface Parts {
  hmac: number;
  acks: number;
  messageId: number;
  payload: number;
}

const HMAC_BYTES = 20;
const NOTHING: Parts = { hmac: -1, acks: -1, messageId: -1, payload: -1 };

/** Parses the control packet whose first byte is at `at`. */
function partsOf(b: Uint8Array, at: number, end: number): Parts {
  let i = at + 9;
  if (i + 4 > end) return NOTHING;
  const hmac = looksRandom(b, i) ? i : -1;
  // With --tls-auth the HMAC is followed by a packet ID against replay and a time.
  if (hmac >= 0) i += HMAC_BYTES + 8;
  const acks = i;
  if (i >= end) return NOTHING;
  const count = b[i]!;
  i += 1 + count * 4 + (count > 0 ? 8 : 0);
  const hasId = b[at]! >> 3 !== ACK;
  if (i + (hasId ? 4 : 0) > end) return NOTHING;
  return { hmac, acks, messageId: hasId ? i : -1, payload: i + (hasId ? 4 : 0) };
}

/**
 * Whether the bytes may be an HMAC: of its first bytes hardly two are zero, unlike those of an array of small numbers.
 */
function looksRandom(b: Uint8Array, at: number): boolean {
  let zeros = 0;
  for (let k = 0; k < 4; k++) if (b[at + k] === 0) zeros++;
  return zeros < 2;
}

const isData = (opcode: number): boolean => opcode === DATA1 || opcode === DATA2;

export const openvpn: Protocol = protocol({
  name: 'openvpn',
  title: 'OpenVPN Protocol',
  column: 'OpenVPN',
  fields: f,
  on: [
    [udpPorts, 1194],
    [tcpPorts, 1194],
  ],
  framing: { header: 2, length: (p) => 2 + u16(p.buf, p.at) },
  step(p) {
    const b = p.buf;
    if (p.transport !== UDP) p.at += 2;
    if (p.at >= p.end) return p.cut(1);
    const at = p.at;
    const opcode = b[at]! >> 3;
    if (isData(opcode)) {
      if (opcode === DATA2 && p.end - at < 4) return p.cut(4);
      p.at = p.end;
      return null;
    }
    const parts = partsOf(b, at, p.end);
    if (parts.payload < 0) return p.end < p.wireEnd ? p.cut(p.wireLeft) : p.malformed();
    if (opcode === CONTROL || opcode === CONTROL_WKC) readTls(p, parts.payload, p.end);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const stop = p.stop[layer]!;
    let at = p.start[layer]!;
    if (p.transport !== UDP) {
      out.add(f.length, at, 2);
      at += 2;
    }
    if (at >= stop) return;
    const opcode = b[at]! >> 3;
    out.open(f.type, at, 1);
    out.add(f.opcode, at, 1);
    out.add(f.keyId, at, 1);
    out.close();
    if (isData(opcode)) {
      if (opcode === DATA2) out.add(f.peerId, at + 1, 3);
      const data = at + (opcode === DATA2 ? 4 : 1);
      if (stop > data) out.add(f.data, data, stop - data);
    } else emitControl(out, b, at, stop);
  },
  info: (p, layer) => {
    const at = p.start[layer]! + (p.transport === UDP ? 0 : 2);
    return at < p.stop[layer]!
      ? `MessageType: ${opcodes[p.bufferOf(layer)[at]! >> 3] ?? 'Unknown Messagetype'}`
      : '';
  },
});

function emitControl(out: Sink, b: Uint8Array, at: number, stop: number): void {
  const parts = partsOf(b, at, stop);
  out.add(f.sessionId, at + 1, 8);
  if (parts.payload < 0) return;
  if (parts.hmac >= 0) {
    out.add(f.hmac, parts.hmac, HMAC_BYTES);
    out.add(f.replayId, parts.hmac + HMAC_BYTES, 4);
    out.add(
      f.netTime,
      parts.hmac + HMAC_BYTES + 4,
      4,
      BigInt(u32(b, parts.hmac + HMAC_BYTES + 4)) * 1_000_000_000n,
    );
  }
  const count = b[parts.acks]!;
  out.add(f.ackCount, parts.acks, 1);
  for (let n = 0; n < count; n++) out.add(f.ack, parts.acks + 1 + n * 4, 4);
  if (count > 0) out.add(f.remoteSessionId, parts.acks + 1 + count * 4, 8);
  if (parts.messageId >= 0) out.add(f.messageId, parts.messageId, 4);
  if (stop > parts.payload) out.add(f.fragment, parts.payload, stop - parts.payload);
}

/** Appends [at, end) to the direction's TLS stream and dissects complete records. */
function readTls(p: Packet, at: number, end: number): void {
  if (at >= end) return;
  const { partial } = p.session.stateOf(p, 'openvpn', newState);
  const side = p.direction as 0 | 1;
  const before = partial[side];
  // TCP reassembly applies to this protocol, not to the TLS inside.
  const { mayAskMore } = p;
  p.mayAskMore = false;
  if (before === null) {
    // A continuation of a record whose beginning was not captured is not dissected.
    if (!looksLikeRecord(p.buf, at)) {
      p.mayAskMore = mayAskMore;
      return;
    }
    const whole = wholeRecords(p.buf, at, end);
    if (whole > at) p.call(tls, at, whole);
    if (whole < end) partial[side] = keep(null, p.buf, whole, end);
  } else {
    const kept = keep(before, p.buf, at, end);
    partial[side] = kept;
    const whole = kept === null ? 0 : wholeRecords(kept.bytes, 0, kept.have);
    if (kept !== null && whole > 0) {
      p.callIn('Reassembled Message', tls, kept.bytes, 0, whole);
      partial[side] = whole < kept.have ? keep(null, kept.bytes, whole, kept.have) : null;
    }
  }
  p.mayAskMore = mayAskMore;
}

/** Whether content type and version of a TLS record are plausible (RFC 8446 §5.1). */
function looksLikeRecord(b: Uint8Array, at: number): boolean {
  return b[at]! >= 20 && b[at]! <= 23 && b[at + 1] === 3;
}

/** End of the last complete record from `at` on. */
function wholeRecords(b: Uint8Array, at: number, end: number): number {
  while (at + 5 <= end && at + 5 + u16(b, at + 3) <= end) at += 5 + u16(b, at + 3);
  return at;
}

/** Appends bytes to an incomplete record; null if it exceeds the maximum length of a record. */
function keep(before: Partial | null, b: Uint8Array, at: number, end: number): Partial | null {
  const have = before?.have ?? 0;
  const total = have + end - at;
  if (total > RECORD_BYTES_MAX) return null;
  let bytes = before?.bytes;
  if (bytes === undefined || bytes.length < total) {
    bytes = new Uint8Array(Math.max(2048, total * 2));
    if (before !== null) bytes.set(before.bytes.subarray(0, have));
  }
  bytes.set(b.subarray(at, end), have);
  return { bytes, have: total };
}
