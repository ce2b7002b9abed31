// JSON payloads of the topics, each with its schema: the source of docs/mqtt.schema.json.
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

export const TEXT_CHARACTERS_MAX = 65_536;

const TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$';

const peer = Type.String({ description: 'the name of a peer', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' });
const time = (of: string) => Type.String({ description: `${of}, mesh time (RFC 3339)`, pattern: TIME });
const uncertainty = Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
  description: 'that time is right within ± so many milliseconds; null: it is of a clock of one machine',
});
const open = { additionalProperties: true };
const closed = { additionalProperties: false };

export const StatusSchema = Type.Object(
  {
    peer,
    status: Type.String({
      description: 'alive, dead, left or revoked; offline: its gateway is gone without a word',
    }),
    role: Type.String({ description: 'peer, coordinator or authority' }),
    time: time('when it was said'),
    uncertainty_ms: uncertainty,
  },
  {
    ...open,
    title: 'Status',
    description: 'eyrie/MESH/peers/PEER/status, retained; the last will of a gateway',
  },
);

export const MetricsSchema = Type.Object(
  {
    peer,
    time: time('when it was measured'),
    uncertainty_ms: uncertainty,
    values: Type.Record(Type.String(), Type.Number(), {
      description: 'by name of the attribute: cpu.used, memory.free … (docs of the mesh say the units)',
    }),
  },
  { ...open, title: 'Metrics', description: 'eyrie/MESH/peers/PEER/metrics, retained' },
);

const FindingSchema = Type.Object(
  {
    peer: Type.String({ description: 'who has seen it' }),
    rule: Type.String({ description: 'which rule spoke: docs/reference/findings.md' }),
    severity: Type.String({ description: 'info, low, medium, high or critical' }),
    confidence: Type.Number({ description: 'percent', minimum: 0, maximum: 100 }),
    about: Type.String({ description: 'the peer or the address that it is about' }),
    summary: Type.String(),
    time: time('when it was seen'),
    uncertainty_ms: uncertainty,
  },
  { ...open, title: 'Finding', description: 'eyrie/MESH/peers/PEER/findings' },
);

const text = Type.String({ description: 'the message', maxLength: TEXT_CHARACTERS_MAX });
const data = Type.String({
  description: 'the same of a message that is no text, or a longer one, in base64',
  pattern: '^[A-Za-z0-9+/]*={0,2}$',
  maxLength: 4 * TEXT_CHARACTERS_MAX,
});
const sealed = Type.String({
  description: 'the message, sealed for one peer (as "eyrie encrypt" does), in base64',
  maxLength: 4 * TEXT_CHARACTERS_MAX,
});

export const MessageSchema = Type.Object(
  {
    from: peer,
    by: Type.Optional(
      Type.String({ description: 'the peer that gave it to "from" to send, as a client of MQTT does' }),
    ),
    topic: Type.String(),
    sent: time('when it was sent'),
    received: time('when it came'),
    uncertainty_ms: uncertainty,
    text: Type.Optional(text),
    data: Type.Optional(data),
    sealed: Type.Optional(sealed),
  },
  {
    ...open,
    title: 'Message',
    description: 'what came, on eyrie/MESH/inbox/PEER and eyrie/MESH/broadcast: it has "from"',
  },
);

const OrderSchema = Type.Object(
  {
    text: Type.Optional(text),
    data: Type.Optional(data),
    sealed: Type.Optional(sealed),
    topic: Type.Optional(Type.String({ description: 'what it is about', default: 'message', maxLength: 64 })),
  },
  {
    ...closed,
    title: 'Order',
    description:
      'what to send: published by any client to eyrie/MESH/inbox/PEER or eyrie/MESH/broadcast; it has no "from"',
  },
);

export type StatusPayload = Static<typeof StatusSchema>;
export type MetricsPayload = Static<typeof MetricsSchema>;
export type FindingPayload = Static<typeof FindingSchema>;
export type MessagePayload = Static<typeof MessageSchema>;
export type Order = Static<typeof OrderSchema>;

/** The schemas as one JSON Schema 2020-12 document. */
export function publishedSchema(): object {
  const named: Record<string, TSchema> = {
    status: StatusSchema,
    metrics: MetricsSchema,
    finding: FindingSchema,
    message: MessageSchema,
    order: OrderSchema,
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What Eyrie says and hears over MQTT',
    $defs: JSON.parse(JSON.stringify(named)),
  };
}

/**
 * Parses an order. Plain text that is not JSON is accepted as well: `mosquitto_pub -m hello` should work.
 *
 * @returns null if it has "from", since a gateway published it, perhaps this one; a string names the problem
 */
export function readOrder(payload: Uint8Array): Order | string | null {
  if (payload.length > 4 * TEXT_CHARACTERS_MAX) return 'it is too long';
  const plain = new TextDecoder().decode(payload);
  if (plain === '') return null;
  let value: unknown = plain;
  try {
    value = JSON.parse(plain);
  } catch {
    // Not JSON: use the text itself.
  }
  if (typeof value !== 'object' || value === null)
    return plain.length > TEXT_CHARACTERS_MAX ? 'it is too long' : { text: plain };
  if ('from' in value) return null;
  if (!Value.Check(OrderSchema, value)) return 'it is not an order: {"text": "…"}, see docs/mqtt.md';
  if ([value.text, value.data, value.sealed].filter((each) => each !== undefined).length !== 1)
    return 'it needs one of "text", "data" and "sealed"';
  return value;
}
