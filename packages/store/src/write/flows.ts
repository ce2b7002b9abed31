// Stores conversations: those that are surely new are appended, where the database can do that; others are merged with what is
// stored of them, which takes a search among all that are.
import {
  FLOW,
  FLOW_ENDINGS,
  FLOW_ENDS,
  FLOW_STATES,
  FLOW_TRANSPORTS,
  FlowBook,
  type FlowColumns,
  NO_PLACE,
} from '@eyrie/dissect';
import type { StoreBatch } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import { FLOWS, mergeRows } from '../sql/tables.ts';
import type { KnownCapture } from './captures.ts';
import { Streams } from './streams.ts';

type Cells = Record<string, unknown>;

/** Conversations merged at once: at the end of a capture there may be a hundred thousand, each a row of 25 cells. */
const FLOWS_AT_ONCE = 16_384;

export interface CaptureFlows {
  readonly capture: KnownCapture;
  readonly batch: Pick<StoreBatch, 'flows' | 'flowColumns'>;
}

export async function storeFlows(tx: Transaction, all: readonly CaptureFlows[]): Promise<void> {
  let known: Cells[] = [];
  const merge = async (): Promise<void> => {
    if (known.length > 0) await tx.merge(FLOWS, mergeRows(FLOWS, known));
    known = [];
  };
  for (const { capture, batch } of all) {
    for (const columns of columnsOf(batch)) {
      const isNew = await appendNew(tx, capture, columns);
      for (let i = 0; i < columns.length; i++) {
        if (isNew[i] === 1) continue;
        known.push(cellsOf(capture.id, columns, i));
        if (known.length === FLOWS_AT_ONCE) await merge();
      }
    }
  }
  await merge();
}

/** Which of them are stored now: 1. */
async function appendNew(
  tx: Transaction,
  capture: KnownCapture,
  { length, ...columns }: FlowColumns,
): Promise<Uint8Array> {
  const isNew = new Uint8Array(length);
  if (tx.appendFlows === null || length === 0) return isNew;
  capture.streams ??= await streamsOf(tx, capture.id);
  const rows = new Uint32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const at = i * FLOW.WIDTH;
    const transport = columns.numbers[at + FLOW.TRANSPORT]!;
    if (!capture.streams.add(transport, columns.numbers[at + FLOW.STREAM]!)) continue;
    isNew[i] = 1;
    rows[count++] = i;
  }
  if (count > 0) await tx.appendFlows(capture.id, { length, ...columns }, rows.subarray(0, count));
  return isNew;
}

async function streamsOf(tx: Transaction, capture: number): Promise<Streams> {
  const stored = await tx.all(
    `SELECT transport, max(stream) FROM flows WHERE capture = ${capture} GROUP BY transport`,
  );
  return new Streams(
    stored.map(([transport, stream]) => [FLOW_TRANSPORTS.indexOf(transport as never), Number(stream)]),
  );
}

function columnsOf({ flows, flowColumns }: CaptureFlows['batch']): FlowColumns[] {
  const columns = flowColumns === undefined ? [] : [flowColumns];
  if (flows.length === 0) return columns;
  const book = new FlowBook();
  for (const flow of flows) book.add(flow);
  return [book.take(), ...columns];
}

function cellsOf(capture: number, { numbers, ends, texts }: FlowColumns, i: number): Cells {
  const at = i * FLOW.WIDTH;
  const number = (place: number): number => numbers[at + place]!;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const [toServer, bytesToServer, toClient, bytesToClient] = numbers.subarray(at + FLOW.AMOUNTS);
  const [retransmissions, outOfOrder, zeroWindows] = numbers.subarray(at + FLOW.COUNTS);
  const serverName = number(FLOW.SERVER_NAME);
  return {
    capture,
    transport: FLOW_TRANSPORTS[number(FLOW.TRANSPORT)],
    stream: number(FLOW.STREAM),
    client: ends[i * FLOW_ENDS],
    client_port: number(FLOW.CLIENT_PORT),
    server: ends[i * FLOW_ENDS + 1],
    server_port: number(FLOW.SERVER_PORT),
    start_time: number(FLOW.START),
    end_time: number(FLOW.END),
    packets_to_server: toServer,
    bytes_to_server: bytesToServer,
    packets_to_client: toClient,
    bytes_to_client: bytesToClient,
    bytes: bytesToServer! + bytesToClient!,
    packets: toServer! + toClient!,
    applications: texts[number(FLOW.APPLICATIONS)],
    server_name: serverName === NO_PLACE ? null : texts[serverName],
    fingerprints: texts[number(FLOW.FINGERPRINTS)],
    community_id: ends[i * FLOW_ENDS + 2],
    state: FLOW_STATES[number(FLOW.STATE)] ?? null,
    handshake_ms: orNull(number(FLOW.HANDSHAKE)),
    retransmissions,
    out_of_order: outOfOrder,
    zero_windows: zeroWindows,
    client_isn: orNull(number(FLOW.CLIENT_SEQUENCE)),
    server_isn: orNull(number(FLOW.SERVER_SEQUENCE)),
    is_over: isOver(number(FLOW.WHY)),
  };
}

/** Whether nothing more is expected of a conversation that was reported for this reason. */
export function isOver(why: number): boolean {
  const ending = FLOW_ENDINGS[why];
  return ending === 'end' || ending === 'replaced';
}
