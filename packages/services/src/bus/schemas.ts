// JSON schemas of /parse and /store: one definition each for types, validation and documentation.
import { type Static, type TObject, Type } from '@sinclair/typebox';

const closed = { additionalProperties: false };
const count = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
const text = (maxLength: number, description?: string) =>
  Type.String({ maxLength, ...(description === undefined ? {} : { description }) });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const SOURCE = text(300, 'key of the capture, unlike any other');
/** Largest time whose nanoseconds fit a signed 64-bit integer: the years 1677 to 2262. */
const SECONDS_MAX = 9_223_372_035;
const TIME = Type.Union(
  [
    Type.Number({ minimum: -SECONDS_MAX, maximum: SECONDS_MAX }),
    Type.String({ pattern: '^-?\\d{1,15}(\\.\\d{1,9})?$' }),
  ],
  { description: 'number of seconds since 1970, from 1677 to 2262; as text no nanosecond is lost' },
);
/** A length in bytes of one packet. */
const bytes = (description: string) => Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description });

const ClockSchema = Type.Object(
  {
    mesh: text(63, 'whose time it is'),
    time: Type.Number({ description: 'when it was read, by the clock that dates the packets' }),
    aheadSeconds: Type.Number({ description: 'by which that clock is ahead of mesh time' }),
    uncertaintySeconds: Type.Number({ minimum: 0, description: 'of that, to either side' }),
  },
  closed,
);

export const OriginSchema = Type.Object(
  {
    key: SOURCE,
    kind: Type.Union([Type.Literal('file'), Type.Literal('live')]),
    name: text(4096, 'path of the capture file, or name of the interface'),
    file: nullable(text(4096, 'where the bytes can be read again')),
    hash: nullable(text(64, 'SHA-256 of the file')),
    clock: Type.Optional(nullable(ClockSchema)),
  },
  closed,
);

const FrameSchema = Type.Object(
  {
    time: TIME,
    length: Type.Optional(bytes('bytes on the wire; default: as many as there are')),
    data: Type.String({ description: 'the captured bytes, base64' }),
  },
  closed,
);

export const FramesSchema = Type.Object(
  {
    source: Type.Optional(SOURCE),
    sequence: Type.Optional(count('0, 1, 2 …; a batch that was taken before changes nothing')),
    link_type: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65_535, description: 'LINKTYPE_*; default 1, Ethernet' }),
    ),
    frames: Type.Array(FrameSchema, { maxItems: 131_072 }),
  },
  closed,
);

const PacketSchema = Type.Object(
  {
    number: Type.Optional(count('frame.number')),
    time: TIME,
    src: Type.Optional(text(45, 'IPv4, IPv6 or Ethernet address')),
    dst: Type.Optional(text(45)),
    src_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    dst_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    transport: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: 'IP protocol number' })),
    protocol: text(200, 'the Protocol column'),
    path: Type.Optional(text(65_535, 'frame.protocols')),
    length: bytes('bytes on the wire'),
    captured_length: Type.Optional(bytes('bytes captured')),
    offset: Type.Optional(count("where the bytes are in the capture's file")),
    interface: Type.Optional(Type.Integer({ minimum: -1, maximum: 65_535 })),
    stream: Type.Optional(
      Type.Integer({ minimum: -1, maximum: 0x7fff_ffff, description: 'tcp.stream, udp.stream' }),
    ),
    tcp_flags: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffff })),
    tcp_analysis: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffff })),
    tcp_length: Type.Optional(bytes('bytes of the segment')),
    marks: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    summary: Type.Optional(text(4096, 'the Info column')),
  },
  closed,
);

const EndSchema = Type.Object(
  { address: text(45), port: Type.Integer({ minimum: 0, maximum: 65_535 }) },
  closed,
);
const AmountSchema = Type.Object(
  { packets: count('packets'), bytes: count('bytes of whole frames') },
  closed,
);
const oneOf = (...names: string[]) => Type.Union(names.map((name) => Type.Literal(name)));

/** A DNS name has up to 255 octets (RFC 1035 §2.3.4), each up to four characters when escaped. */
export const NAME_TEXT_MAX = 1020;

/** Batches that an older Eyrie put aside have none. */
const SequenceSchema = Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 0xffff_ffff })));

const FlowSchema = Type.Object(
  {
    stream: Type.Integer({ minimum: 0, maximum: 0x7fff_ffff }),
    transport: oneOf('tcp', 'udp', 'dccp', 'sctp', 'udplite'),
    client: EndSchema,
    server: EndSchema,
    start: Type.Number(),
    end: Type.Number(),
    toServer: AmountSchema,
    toClient: AmountSchema,
    applications: Type.Array(text(100), { maxItems: 16 }),
    serverName: nullable(text(NAME_TEXT_MAX)),
    fingerprints: Type.Record(text(100), text(2000)),
    communityId: text(100),
    tcp: nullable(
      Type.Object(
        {
          state: oneOf(
            ...[
              'midstream',
              'unanswered',
              'refused',
              'half-open',
              'established',
              'closing',
              'closed',
              'reset',
            ],
          ),
          handshakeMs: nullable(Type.Number()),
          clientSequence: SequenceSchema,
          serverSequence: SequenceSchema,
          retransmissions: count('segments'),
          outOfOrder: count('segments'),
          zeroWindows: count('segments'),
        },
        closed,
      ),
    ),
    why: oneOf('idle', 'active', 'replaced', 'end'),
  },
  closed,
);

const NameSchema = Type.Object(
  {
    address: text(45),
    name: text(NAME_TEXT_MAX),
    source: oneOf('dns', 'tls', 'http', 'dhcp', 'file'),
    time: Type.Number(),
  },
  closed,
);

/** Characters of a finding's texts; they quote packets, and are truncated before they are sent. */
export const FINDING_TEXT_MAX = { message: 2000, target: 1000, summary: 2000, advice: 2000 } as const;

const RULE_SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;

const FindingDetailSchema = Type.Object(
  {
    rule: text(100),
    severity: oneOf(...RULE_SEVERITIES),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    target: text(FINDING_TEXT_MAX.target),
    summary: text(FINDING_TEXT_MAX.summary),
    technique: nullable(Type.Object({ id: text(20), name: text(200) }, closed)),
    advice: text(FINDING_TEXT_MAX.advice),
    frames: Type.Array(count('frame.number'), { maxItems: 100 }),
    streams: Type.Array(count('stream'), { maxItems: 100 }),
  },
  closed,
);

const FindingSchema = Type.Object(
  {
    finder: oneOf('expert', 'rule', 'anomaly'),
    severity: oneOf('comment', 'chat', 'note', 'warn', 'error'),
    group: text(100),
    protocol: text(100),
    message: text(FINDING_TEXT_MAX.message),
    address: nullable(text(45)),
    count: count('how often'),
    frame: nullable(count('frame.number of the first')),
    time: Type.Number(),
    last: Type.Optional(Type.Number()),
    detail: Type.Optional(nullable(FindingDetailSchema)),
  },
  closed,
);

export const DropSchema = Type.Object(
  {
    where: oneOf('kernel', 'interface', 'queue', 'refused'),
    packets: count('packets lost'),
    time: Type.Number(),
  },
  closed,
);

/** The rows of a batch besides its packets. */
const ROWS = {
  source: SOURCE,
  sequence: count('0, 1, 2 …; a batch that was stored before changes nothing'),
  origin: Type.Optional(OriginSchema),
  flows: Type.Optional(Type.Array(FlowSchema, { maxItems: 1_000_000 })),
  names: Type.Optional(Type.Array(NameSchema, { maxItems: 1_000_000 })),
  findings: Type.Optional(Type.Array(FindingSchema, { maxItems: 1_000_000 })),
  drops: Type.Optional(Type.Array(DropSchema, { maxItems: 1000 })),
  reported: Type.Optional(
    nullable(
      count('the last packet whose rows are in this batch or before; null: they all are; default: as before'),
    ),
  ),
  /** Present on the last batch; `problem`: why the source ended early. */
  end: Type.Optional(Type.Object({ problem: nullable(text(2000)) }, closed)),
};

export const HeadSchema: TObject<typeof ROWS> = Type.Object(ROWS, closed);

export const BatchSchema = Type.Object(
  { ...ROWS, packets: Type.Optional(Type.Array(PacketSchema, { maxItems: 131_072 })) },
  closed,
);
export type JsonPacket = Static<typeof PacketSchema>;
export type BatchHead = Static<typeof HeadSchema>;
export type JsonBatch = Static<typeof BatchSchema>;
