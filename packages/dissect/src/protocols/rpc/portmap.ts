// Port mapper and rpcbind (RFC 1833): port numbers of programs.
import { u32 } from '../../core/bytes.ts';
import { bool, bytes, none, text as string, uint } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { programName } from './program-names.ts';
import { below, group, list, nothing, number, opaque, type Shape, seq, text, type Xdr } from './xdr.ts';

export const PORTMAP = 100000;

const transports: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' };

const f = {
  prog: uint('portmap.prog', 'Program').named(programName),
  version: uint('portmap.version', 'Version'),
  proc: uint('portmap.proc', 'Procedure'),
  proto: uint('portmap.proto', 'Protocol').named(transports),
  port: uint('portmap.port', 'Port'),
  answer: bool('portmap.answer', 'Answer'),
  args: bytes('portmap.args', 'Arguments'),
  result: bytes('portmap.result', 'Result'),
  rpcb: none('portmap.rpcb', 'RPCB'),
  rpcbProg: uint('portmap.rpcb.prog', 'Program').named(programName),
  rpcbVersion: uint('portmap.rpcb.version', 'Version'),
  rpcbNetid: string('portmap.rpcb.netid', 'Network Id'),
  rpcbAddr: string('portmap.rpcb.addr', 'Universal Address'),
  rpcbOwner: string('portmap.rpcb.owner', 'Owner of this Service'),
  uaddr: string('portmap.uaddr', 'Universal Address'),
};

export const portmapFields = f;

const mapping = seq(number(f.prog), number(f.version), number(f.proto), number(f.port));

/** The requested mapping (§3.2), which the Info column shows. */
const wanted: Shape = (x) => {
  if (x.out === null && x.has(12)) {
    const program = u32(x.b, x.at);
    const proto = u32(x.b, x.at + 8);
    x.info += ` ${programName(program)}(${program}) V:${u32(x.b, x.at + 4)} ${transports[proto] ?? `Unknown (${proto})`}`;
  }
  mapping(x);
};

const answeredPort: Shape = (x) => {
  const port = x.peek();
  x.addInfo(port === 0 ? ' PROGRAM_NOT_AVAILABLE' : ` Port:${port}`);
  number(f.port)(x);
};

const passedOn = seq(number(f.prog), number(f.version), number(f.proc));

/** Arguments of CALLIT, which are a layer of their own if the procedure is known. */
const indirect: Shape = (x: Xdr) => {
  passedOn(x);
  opaque(f.args)(x);
};

const binding = below(
  f.rpcb,
  number(f.rpcbProg),
  number(f.rpcbVersion),
  text(f.rpcbNetid),
  text(f.rpcbAddr),
  text(f.rpcbOwner),
);
const answer = number(f.answer);
const dump = list(null, group('Map Entry', mapping));

const bind: Procedures = {
  1: [binding, answer],
  2: [binding, answer],
  3: [binding, text(f.uaddr)],
  4: [nothing, list(null, binding)],
  5: [indirect, seq(text(f.rpcbAddr), opaque(f.result))],
};

export const portmapBodies: Readonly<Record<number, Procedures>> = {
  2: {
    1: [mapping, answer],
    2: [mapping, answer],
    3: [wanted, answeredPort],
    4: [nothing, dump],
    5: [indirect, seq(number(f.port), opaque(f.result))],
  },
  3: bind,
  4: { ...bind, 9: [binding, text(f.uaddr)], 10: [indirect, seq(text(f.rpcbAddr), opaque(f.result))] },
};

export interface IndirectCall {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** Offset of its arguments. */
  readonly start: number;
  readonly end: number;
}

/** The call that a CALLIT contains; null for any other procedure. */
export function indirectCall(
  program: number,
  version: number,
  procedure: number,
  b: Uint8Array,
  at: number,
  end: number,
): IndirectCall | null {
  if (program !== PORTMAP || portmapBodies[version]?.[procedure]?.[0] !== indirect || at + 16 > end)
    return null;
  const length = u32(b, at + 12);
  return {
    program: u32(b, at),
    version: u32(b, at + 4),
    procedure: u32(b, at + 8),
    start: at + 16,
    end: Math.min(at + 16 + length, end),
  };
}
