// Request bodies of /store: a JSON head with the rows, followed by the packet columns in binary; or JSON throughout.
import { BatchError, decodeBatch, encodeBatch, flowRows, type PacketBatch } from '@eyrie/dissect';
import type { FindingRow, FlowRow, NameRow, StoreBatch } from '@eyrie/store';
import { check } from './check.ts';
import { BusError } from './errors.ts';
import { batchOf } from './json-packets.ts';
import { type BatchHead, BatchSchema, HeadSchema, type JsonBatch } from './schemas.ts';

/** The binary body: length of the head (4 bytes, little-endian), head in JSON, then an encoded packet batch if any. */
export const BATCH_TYPE = 'application/vnd.eyrie.batch';

/** A batch for the persistor, and whether it is the last of its source. */
export interface StoreRequest {
  readonly batch: StoreBatch;
  /** Null: more batches follow. */
  readonly end: { readonly problem: string | null } | null;
}

export function encodeStoreBody(
  batch: StoreBatch,
  packets: PacketBatch | null,
  end: StoreRequest['end'],
): Uint8Array {
  const { source, sequence, origin, flows, flowColumns, names, findings, drops, reported } = batch;
  const head = JSON.stringify({
    ...{ source, sequence, origin, names, findings, drops },
    flows: flowColumns === undefined ? flows : [...flows, ...flowRows(flowColumns)],
    ...(reported === undefined ? {} : { reported }),
    ...(end === null ? {} : { end }),
  });
  const text = Buffer.from(head);
  const columns = packets === null ? new Uint8Array(0) : encodeBatch(packets);
  const body = Buffer.allocUnsafe(4 + text.length + columns.length);
  body.writeUInt32LE(text.length);
  body.set(text, 4);
  body.set(columns, 4 + text.length);
  return body;
}

/** @throws BusError */
export function decodeStoreBody(body: Buffer): StoreRequest {
  const length = body.length < 4 ? -1 : body.readUInt32LE();
  if (length < 0 || 4 + length > body.length)
    throw new BusError('ERR_BODY', 'the body ends within its header');
  const head = check(HeadSchema, parse(body.toString('utf8', 4, 4 + length)));
  const columns = body.subarray(4 + length);
  try {
    return request(head, columns.length === 0 ? null : decodeBatch(columns));
  } catch (error) {
    throw error instanceof BatchError ? new BusError('ERR_BODY', error.message) : error;
  }
}

/** @throws BusError */
export function storeRequestOf(json: unknown): StoreRequest {
  const body: JsonBatch = check(BatchSchema, json);
  const { packets = [], ...head } = body;
  return request(head, packets.length === 0 ? null : batchOf(packets));
}

function request(head: BatchHead, packets: StoreBatch['packets']): StoreRequest {
  const { source, sequence, origin, reported, end } = head;
  return {
    batch: {
      ...{ source, sequence, packets },
      ...(origin === undefined ? {} : { origin }),
      ...(reported === undefined ? {} : { reported }),
      // The schema has been checked. It describes the same shape, but types enumerated names as plain strings.
      flows: (head.flows ?? []) as unknown as FlowRow[],
      names: (head.names ?? []) as unknown as NameRow[],
      findings: (head.findings ?? []) as unknown as FindingRow[],
      drops: (head.drops ?? []) as unknown as StoreBatch['drops'],
    },
    end: end ?? null,
  };
}

/** @throws BusError */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BusError('ERR_BODY', 'the body is not JSON');
  }
}
