// Maps fields of display filters to columns, with the conditions under which a column decides the field. A column holds
// the value of the innermost layer of its kind, whereas a field has one value per layer. So the column decides the field
// if the packet has exactly one such layer, which the column shows, or none. For IP addresses, those of further layers are
// stored as well (outer-book.ts), so that they are always decided, except in packets stored by older versions.
import { ETHER, IPV4, IPV6, NO_FLAGS, NO_TIME, NONE, tcpAnalysisBits } from '@eyrie/dissect';
import { DESTINATION, SOURCE } from '../write/outer-book.ts';
import { KIND_MASK, KIND_SHIFT, TANGLED } from '../write/packet-rows.ts';
import { and, FALSE, not, or, type Sql, TRUE } from './condition.ts';
import type { Vocabulary } from './vocabulary.ts';

export type ColumnValues =
  | { readonly kind: 'number'; readonly sql: readonly Sql[] }
  | AddressValues
  | { readonly kind: 'text'; readonly like: (test: (text: string) => boolean) => Sql }
  /** The field has no value, only presence. */
  | { readonly kind: 'none' };

export interface AddressValues {
  readonly kind: 'address';
  /** Columns of address numbers, for rows in which they belong to the field. */
  readonly sql: readonly Sql[];
  readonly shown: Sql;
  /** Kind of the field's addresses. */
  readonly family: number;
  /** Which outer addresses belong to the field, too: SOURCE, DESTINATION. */
  readonly sides: readonly number[];
}

export interface Column {
  /** Rows in which the field surely has these values, and rows for which it is unknown; in all others it has none. */
  readonly has: Sql;
  readonly open: Sql;
  readonly values: ColumnValues;
}

/** How columns decide a field; null if they can't. */
export function columnOf(field: string, vocabulary: Vocabulary): Column | null {
  const make = COLUMNS.get(field);
  return make === undefined ? null : make(vocabulary);
}

type Make = (vocabulary: Vocabulary) => Column;

const numbers = (...sql: Sql[]): ColumnValues => ({ kind: 'number', sql });

/** The Protocol column, by its name in older and newer tsharks. */
const protocolColumn: Make = (v) => ({
  has: TRUE,
  open: FALSE,
  values: { kind: 'text', like: (test) => v.protocolsLike(test) },
});

function always(values: ColumnValues, has: Sql = TRUE): Make {
  return () => ({ has, open: FALSE, values });
}

const isTangled = `(marks & ${TANGLED}) <> 0`;

/**
 * A field of a layer. `shown` selects the rows whose columns come from such a layer, which therefore have at least one.
 * Rows with several are few and marked; only for those the path must be examined.
 */
function ofLayer(layer: string, values: ColumnValues, shown: Sql): Make {
  return (vocabulary) => {
    const several = and(
      isTangled,
      vocabulary.layersLike((layers) => countOf(layers, layer) > 1),
    );
    const some = vocabulary.layersLike((layers) => layers.includes(layer));
    return { has: and(shown, not(several)), open: or(several, and(not(shown), some)), values };
  };
}

function countOf(layers: readonly string[], layer: string): number {
  return layers.reduce((count, each) => (each === layer ? count + 1 : count), 0);
}

const shows = (family: number): Sql => `(marks & ${KIND_MASK << KIND_SHIFT}) = ${family << KIND_SHIFT}`;

function etherAddresses(): [string, Make][] {
  const shown = shows(ETHER);
  const make = (...sql: Sql[]): Make =>
    ofLayer('eth', { kind: 'address', sql, shown, family: ETHER, sides: [] }, shown);
  return [
    ['eth.src', make('src')],
    ['eth.dst', make('dst')],
    ['eth.addr', make('src', 'dst')],
  ];
}

function ipAddresses(layer: 'ip' | 'ipv6', family: number): [string, Make][] {
  const shown = shows(family);
  const make =
    (sql: readonly Sql[], sides: readonly number[]): Make =>
    (vocabulary) => {
      const isOpen = (layers: readonly string[], isRecorded: boolean): boolean =>
        layers.includes(layer) && !isRecorded;
      const several = and(
        isTangled,
        vocabulary.layersLike((layers, isRecorded) => isOpen(layers, isRecorded) && isSeveral(layers, layer)),
      );
      const some = vocabulary.layersLike(isOpen);
      const recorded = vocabulary.layersLike((_, isRecorded) => isRecorded);
      return {
        // The test itself checks the side and family of outer addresses.
        has: or(and(shown, not(several)), recorded),
        open: or(several, and(not(shown), some)),
        values: { kind: 'address', sql, shown, family, sides },
      };
    };
  return [
    [`${layer}.src`, make(['src'], [SOURCE])],
    [`${layer}.dst`, make(['dst'], [DESTINATION])],
    [`${layer}.addr`, make(['src', 'dst'], [SOURCE, DESTINATION])],
  ];
}

/** A routing header changes the destination shown (RFC 8200 §4.4). */
function isSeveral(layers: readonly string[], layer: string): boolean {
  return countOf(layers, layer) > 1 || (layer === 'ipv6' && layers.includes('ipv6.routing'));
}

function ports(layer: string, transport: number): [string, Make][] {
  const make = (...sql: Sql[]): Make => ofLayer(layer, numbers(...sql), `transport = ${transport}`);
  return [
    [`${layer}.srcport`, make('src_port')],
    [`${layer}.dstport`, make('dst_port')],
    [`${layer}.port`, make('src_port', 'dst_port')],
  ];
}

const TCP = 6;
const UDP = 17;
const DCCP = 33;
const SCTP = 132;

const ofSegment = (...sql: Sql[]): Make => ofLayer('tcp', numbers(...sql), `transport = ${TCP}`);

/** Fields that exist for the innermost segment only. */
const ofInnermost = (sql: Sql): Make => always(numbers(sql), `tcp_flags <> ${NO_FLAGS}`);

/** Bits of tcp.flags, in Wireshark's names. */
const FLAGS: readonly (readonly [string, number])[] = [
  ['ns', 8],
  ['cwr', 7],
  ['ecn', 6],
  ['urg', 5],
  ['ack', 4],
  ['push', 3],
  ['reset', 2],
  ['syn', 1],
  ['fin', 0],
];

/** A tcp.analysis finding has no value, only presence. */
const finding = (bits: number): Make =>
  always({ kind: 'none' }, `((tcp_analysis & ${bits}) <> 0 AND tcp_flags <> ${NO_FLAGS})`);

const hasTime = `(marks & ${NO_TIME}) = 0`;
const startOf = ({ packed }: Vocabulary): Sql =>
  `(SELECT c.start_time FROM captures c WHERE c.id = ${packed.capture})`;

const COLUMNS: ReadonlyMap<string, Make> = new Map([
  ['frame.number', ({ packed }) => ({ has: TRUE, open: FALSE, values: numbers(packed.number) })],
  ['frame.len', always(numbers('length'))],
  ['frame.cap_len', ({ packed }) => ({ has: TRUE, open: FALSE, values: numbers(packed.captured_length) })],
  [
    'frame.interface_id',
    ({ packed }) => ({
      has: `${packed.interface} <> ${NONE}`,
      open: FALSE,
      values: numbers(packed.interface),
    }),
  ],
  ['frame.time', always(numbers('time'), hasTime)],
  ['frame.time_epoch', always(numbers('time'), hasTime)],
  [
    'frame.time_relative',
    (vocabulary) => {
      const start = startOf(vocabulary);
      return {
        has: `(${start} IS NOT NULL)`,
        open: `(${start} IS NULL)`,
        values: numbers(`(time - COALESCE(${start}, 0))`),
      };
    },
  ],
  [
    'frame.protocols',
    (v) => ({ has: TRUE, open: FALSE, values: { kind: 'text', like: (test) => v.pathsLike(test) } }),
  ],
  ['_ws.col.Protocol', protocolColumn],
  ['_ws.col.protocol', protocolColumn],
  ...etherAddresses(),
  ...ipAddresses('ip', IPV4),
  ...ipAddresses('ipv6', IPV6),
  ...ports('tcp', TCP),
  ...ports('udp', UDP),
  ...ports('sctp', SCTP),
  ...ports('dccp', DCCP),
  ['tcp.stream', ofInnermost('stream')],
  ['tcp.len', ofInnermost('tcp_length')],
  ['tcp.flags', ofSegment('tcp_flags')],
  ['tcp.flags.res', ofSegment('((tcp_flags >> 9) & 7)')],
  ...FLAGS.map(([name, bit]): [string, Make] => [
    `tcp.flags.${name}`,
    ofSegment(bit === 0 ? '(tcp_flags & 1)' : `((tcp_flags >> ${bit}) & 1)`),
  ]),
  ...[...tcpAnalysisBits].map(([name, bits]): [string, Make] => [name, finding(bits)]),
  ['udp.stream', ofLayer('udp', numbers('stream'), `transport = ${UDP} AND stream <> ${NONE}`)],
]);
