// A traversal of certificate structures with two uses: listing the protocols of values (in `step`) and emitting fields
// (in `emit`).

import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { type Der, GENERALIZED_TIME, oidText, timeNanoseconds, timeText } from './der.ts';
import { f } from './fields.ts';
import { oidListing } from './oid-table.ts';
import { oidNames } from './oids.ts';

/** Discards everything. */
const silent: Sink = {
  add() {},
  fixed() {},
  open() {},
  openFixed() {},
  group() {},
  close() {},
  note() {},
  wants: () => false,
};

export class Walk {
  readonly out: Sink;
  readonly p: Packet | null;

  /** Takes either a packet, to list protocols in, or a sink, to emit fields to. */
  constructor(p: Packet | null, out: Sink = silent) {
    this.p = p;
    this.out = out;
  }

  /** Lists the protocol of the value with this object identifier in frame.protocols. */
  list(oid: string, value: Der): void {
    const { p } = this;
    const listing = p === null ? undefined : oidListing(oid);
    if (p === null || listing === undefined) return;
    const { at, end } = p;
    p.at = value.at;
    p.end = value.stop;
    if (p.push(listing.protocol, listing.flags)) p.mark[p.layer] = listing.mark;
    p.at = at;
    p.end = end;
  }

  add(field: Field, der: Der): void {
    this.out.add(field, der.at, der.length);
  }

  /** A BIT STRING (X.690 §8.6): the number of unused bits, then the bits. */
  bits(field: Field, der: Der): void {
    if (der.length === 0) return;
    this.out.add(f.bitPadding, der.at, 1);
    this.out.add(field, der.at + 1, der.length - 1);
  }

  open(field: Field, der: Der, value?: number): void {
    this.out.open(field, der.start, der.stop - der.start, value);
  }

  text(field: Field, der: Der, value: string): void {
    this.out.add(field, der.at, der.length, value);
  }

  /** Emits an object identifier with its name; returns it as text. */
  oid(field: Field, der: Der): string {
    const oid = oidText(der.b, der.at, der.stop);
    this.out.add(field, der.at, der.length, oid);
    const name = oidNames[oid];
    if (name !== undefined) this.out.note(` (${name})`);
    return oid;
  }

  /** Emits a Time: UTCTime or GeneralizedTime. */
  time(field: Field, der: Der): void {
    const isGeneralized = der.tag === GENERALIZED_TIME;
    this.open(field, der, isGeneralized ? 1 : 0);
    if (isGeneralized) this.generalizedTime(f.generalizedTime, der);
    else this.text(f.utcTime, der, timeText(der.b, der.tag, der.at, der.stop));
    this.out.close();
  }

  generalizedTime(field: Field, der: Der): void {
    const value = timeNanoseconds(der.b, der.at, der.stop);
    if (value !== null) this.out.add(field, der.at, der.length, value);
  }
}
