// What the Info column says of a call besides its name, read from its parameters in NDR (C706 §14).
import { utf16le } from '../../codec/utf16.ts';
import { uint } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { ntStatusName } from '../names/nt-status.ts';
import type { Operation } from './operation.ts';
import { isLittle } from './pdu.ts';
import { uuidAt, uuidName } from './uuids.ts';

/** C706 appendix O: ept_map. */
const EPM_MAP = 3;
/** C706 appendix L: a floor with a UUID. */
const UUID_FLOOR = 0x0d;
const HANDLE = 20;
const TOWERS_MAX = 64;
const FLOORS_MAX = 16;
/** [MS-NRPC] §3.5.4.4.1: NetrServerReqChallenge. */
const CHALLENGE = 4;
const NAME_MAX = 256;

/** `, RPC_NETLOGON, 32bit NDR` of a mapping of endpoints; names and errors of Netlogon; else an empty text. */
export function operationDetail(p: Packet, layer: number, operation: Operation): string {
  if (operation.isEncrypted) return '';
  const stub = new Stub(p, layer);
  if (operation.interfaceName === 'epm' && operation.number === EPM_MAP)
    return operation.isRequest ? askedTower(stub) : foundTowers(stub);
  if (operation.interfaceName !== 'rpc_netlogon') return '';
  if (!operation.isRequest) return status(stub);
  return operation.number === CHALLENGE ? computerName(stub) : '';
}

/** Reads parameters one after the other; past the end all numbers are 0. */
class Stub {
  readonly b: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly little: boolean;
  at: number;

  constructor(p: Packet, layer: number) {
    this.b = p.bufferOf(layer);
    this.start = this.at = p.start[layer]!;
    this.end = p.stop[layer]!;
    let message = layer;
    while (message > 0 && p.protocols[message]!.name !== 'dcerpc') message--;
    this.little = isLittle(p.bufferOf(message), p.start[message]! + 4);
  }

  /** NDR aligns each number to its size, counted from the beginning of the parameters. */
  number(): number {
    const at = this.start + ((this.at - this.start + 3) & ~3);
    this.at = at + 4;
    return this.at <= this.end ? uint(this.b, at, 4, this.little) : 0;
  }

  /** A conformant varying string: room, offset and length in characters, and these. */
  text(): string {
    this.number();
    this.number();
    const length = this.number() * 2;
    const at = this.at;
    this.at += length;
    if (length > NAME_MAX * 2 || this.at > this.end) return '';
    return utf16le(this.b, at, this.at).replace(/\0.*$/s, '');
  }
}

function askedTower(stub: Stub): string {
  if (stub.number() !== 0) stub.at += 16;
  return stub.number() === 0 ? '' : tower(stub);
}

function foundTowers(stub: Stub): string {
  stub.at += HANDLE;
  stub.number();
  stub.number();
  stub.number();
  const count = Math.min(stub.number(), TOWERS_MAX);
  let present = 0;
  for (let k = 0; k < count; k++) if (stub.number() !== 0) present++;
  let text = '';
  for (let k = 0; k < present && stub.at < stub.end; k++) text += tower(stub);
  return text;
}

/** The UUIDs of a tower, whose numbers are little-endian whatever the message's are. */
function tower(stub: Stub): string {
  stub.number();
  const length = stub.number();
  let at = stub.at;
  const end = Math.min(stub.end, at + length);
  stub.at = end;
  const { b } = stub;
  if (at + 2 > end) return '';
  const floors = Math.min(uint(b, at, 2, true), FLOORS_MAX);
  let text = '';
  at += 2;
  for (let k = 0; k < floors && at + 2 <= end; k++) {
    const left = uint(b, at, 2, true);
    at += 2;
    if (left >= 17 && at + left <= end && b[at] === UUID_FLOOR)
      text += `, ${uuidName(uuidAt(b, at + 1, true))}`;
    at += left;
    if (at + 2 > end) break;
    at += 2 + uint(b, at, 2, true);
  }
  return text;
}

/** The last parameter of each answer is its status ([MS-NRPC] §3.5.4). */
function status(stub: Stub): string {
  if (stub.end - stub.start < 4) return '';
  const code = uint(stub.b, stub.end - 4, 4, stub.little);
  if (code === 0) return '';
  const name = ntStatusName(code);
  return name === undefined ? '' : `, ${name}`;
}

function computerName(stub: Stub): string {
  if (stub.number() !== 0) stub.text();
  const name = stub.text();
  return name === '' ? '' : `, ${name}`;
}
