// Stores batches one after another, within a transaction of the writer.

import { BATCH_PACKETS_MAX, type PacketColumns, type StoreBatch, type Written } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import type { InsertColumn } from '../sql/insert.ts';
import { FINDINGS, type MergeTable, mergeRows, NAMES } from '../sql/tables.ts';
import type { Captures, KnownCapture } from './captures.ts';
import type { Dictionaries } from './dictionaries.ts';
import { type CaptureFlows, storeFlows } from './flows.ts';
import { type Range, rangeOf, refuseOverlaps } from './overlap.ts';
import { type PacketRows, PacketScratch } from './packet-rows.ts';
import { findingRow, nameRow } from './small-rows.ts';
import { tallied } from './tally.ts';

const BATCH_COLUMNS = [
  { name: 'id', type: 'INTEGER' },
  { name: 'capture', type: 'INTEGER' },
  { name: 'sequence', type: 'BIGINT' },
  { name: 'first_id', type: 'BIGINT' },
  { name: 'packets', type: 'BIGINT' },
  { name: 'bytes', type: 'BIGINT' },
  { name: 'first_time', type: 'BIGINT' },
  { name: 'last_time', type: 'BIGINT' },
  { name: 'width', type: 'BIGINT' },
] as const;

const TALLY_COLUMNS = [
  { name: 'batch', type: 'INTEGER' },
  { name: 'capture', type: 'INTEGER' },
  { name: 'bucket', type: 'BIGINT' },
  { name: 'protocol', type: 'INTEGER' },
  { name: 'path', type: 'INTEGER' },
  { name: 'packets', type: 'BIGINT' },
  { name: 'bytes', type: 'BIGINT' },
] as const;

const DROP_COLUMNS = [
  { name: 'capture', type: 'INTEGER' },
  { name: 'place', type: 'TEXT' },
  { name: 'packets', type: 'BIGINT' },
  { name: 'time', type: 'FLOAT8' },
] as const;

const CLOCK_COLUMNS = [
  { name: 'capture', type: 'INTEGER' },
  { name: 'time', type: 'FLOAT8' },
  { name: 'mesh', type: 'TEXT' },
  { name: 'ahead', type: 'FLOAT8' },
  { name: 'uncertainty', type: 'FLOAT8' },
] as const;

const INFO_COLUMNS = [
  { name: 'id', type: 'BIGINT' },
  { name: 'info', type: 'TEXT' },
] as const;

type Rows = Record<string, unknown>[];

/** The small rows of all batches of a transaction, written at its end. */
class Gathered {
  readonly batches: Rows = [];
  readonly tallies: Rows = [];
  readonly infos: Rows = [];
  readonly flows: CaptureFlows[] = [];
  readonly names: Rows = [];
  readonly findings: Rows = [];
  readonly drops: Rows = [];
  readonly clocks: Rows = [];
  /** Packets that must not be stored yet, in other batches. */
  readonly ranges: Range[] = [];
  /** What `reported` has become, by capture: not what it is there by now, as others may be numbered ahead of this commit. */
  readonly reported = new Map<number, number | null>();
  /** Times of the first frames of captures. */
  readonly starts: { readonly capture: KnownCapture; readonly time: bigint }[] = [];

  async write(tx: Transaction, captures: Captures): Promise<void> {
    await refuseOverlaps(tx, this.ranges);
    for (const { capture, time } of this.starts) await captures.begin(tx, capture, time);
    for (const [capture, number] of this.reported) await captures.report(tx, capture, number);
    await insertSome(tx, 'batches', BATCH_COLUMNS, this.batches);
    await insertSome(tx, 'tallies', TALLY_COLUMNS, this.tallies);
    await insertSome(tx, 'infos', INFO_COLUMNS, this.infos);
    await insertSome(tx, 'drops', DROP_COLUMNS, this.drops);
    await insertSome(tx, 'clocks', CLOCK_COLUMNS, this.clocks);
    await storeFlows(tx, this.flows);
    await mergeSome(tx, NAMES, this.names);
    await mergeSome(tx, FINDINGS, this.findings);
  }
}

async function insertSome(
  tx: Transaction,
  table: string,
  columns: readonly InsertColumn[],
  rows: Rows,
): Promise<void> {
  if (rows.length > 0) await tx.insert(table, columns, rows);
}

async function mergeSome(tx: Transaction, table: MergeTable, rows: Rows): Promise<void> {
  if (rows.length > 0) await tx.merge(table, mergeRows(table, rows));
}

export class Ingest {
  readonly #dictionaries: Dictionaries;
  readonly #captures: Captures;
  /** Pseudonyms are in use: nothing else that names an address is stored. */
  readonly #isDisguised: boolean;
  #scratch = new PacketScratch(8192);

  constructor(dictionaries: Dictionaries, captures: Captures, isDisguised: boolean) {
    this.#dictionaries = dictionaries;
    this.#captures = captures;
    this.#isDisguised = isDisguised;
  }

  /**
   * Applies all of them or throws.
   *
   * @param onGathered called when dictionaries and captures are no longer needed, and the tables of packets are locked: others may
   * be applied from then on
   */
  async apply(tx: Transaction, batches: readonly StoreBatch[], onGathered: () => void): Promise<Written[]> {
    const gathered = new Gathered();
    this.#captures.start();
    const written: Written[] = [];
    for (const batch of batches) written.push(await this.#applyOne(tx, batch, gathered));
    await tx.holdTables();
    onGathered();
    await tx.flush();
    await tx.inTurn();
    await gathered.write(tx, this.#captures);
    return written;
  }

  async #applyOne(tx: Transaction, batch: StoreBatch, gathered: Gathered): Promise<Written> {
    const capture = await this.#captures.of(tx, batch);
    const { id } = capture;
    if (await this.#captures.isApplied(tx, capture, batch.sequence))
      return { applied: false, capture: id, packets: 0, firstId: null };
    const number = await tx.reserve('batches', 1);
    const packets = batch.packets !== null && batch.packets.length > 0 ? batch.packets : null;
    const row: Record<string, unknown> & { first_id: unknown } = {
      id: number,
      capture: id,
      sequence: batch.sequence,
      first_id: 0,
      packets: 0,
      bytes: 0,
      first_time: null,
      last_time: null,
      width: 1,
    };
    if (packets !== null) {
      const range = rangeOf(id, batch.sequence, packets);
      // Where no other process writes, what is stored is known.
      if (range !== null && (tx.holdCaptures !== null || range.first <= capture.lastSequence))
        gathered.ranges.push(range);
    }
    if (packets !== null) Object.assign(row, await this.#addPackets(tx, packets, capture, number, gathered));
    gathered.batches.push(row);
    this.#captures.note(capture, batch.sequence);
    if (batch.reported !== undefined && batch.reported !== capture.reported) {
      capture.reported = batch.reported;
      gathered.reported.set(id, batch.reported);
    }
    if (!this.#isDisguised) {
      gathered.flows.push({ capture, batch });
      for (const name of batch.names) gathered.names.push(nameRow(id, name));
      for (const finding of batch.findings) gathered.findings.push(findingRow(id, finding));
    }
    for (const { where, packets: lost, time } of batch.drops)
      gathered.drops.push({ capture: id, place: where, packets: lost, time });
    const clock = batch.origin?.clock ?? null;
    if (clock !== null && clock.time > capture.lastClock) {
      capture.lastClock = clock.time;
      const { time, mesh, aheadSeconds: ahead, uncertaintySeconds: uncertainty } = clock;
      gathered.clocks.push({ capture: id, time, mesh, ahead, uncertainty });
    }
    return {
      applied: true,
      capture: id,
      packets: packets?.length ?? 0,
      firstId: packets === null ? null : Number(row.first_id),
    };
  }

  /** Summary of the packets in the batch's row. */
  async #addPackets(
    tx: Transaction,
    columns: PacketColumns,
    capture: KnownCapture,
    batch: number,
    gathered: Gathered,
  ): Promise<Record<string, unknown>> {
    const { length } = columns;
    if (length > this.#scratch.capacity)
      this.#scratch = new PacketScratch(Math.min(BATCH_PACKETS_MAX, length * 2));
    const scratch = this.#scratch;
    const firstId = await tx.reserve('packet', length);
    scratch.fill(columns);
    await this.#dictionaries.fill(tx, columns, scratch);
    if (columns.number[0] === 1) gathered.starts.push({ capture, time: scratch.time[0]! });
    const rows: PacketRows = { ...scratch, length, columns, capture: capture.id, firstId };
    await tx.appendPackets(rows);
    if (!this.#isDisguised) addInfos(gathered.infos, columns, firstId);
    const { time, protocol, path } = scratch;
    const { width, list, first, last, bytes } = tallied({
      length,
      time,
      protocol,
      path,
      bytes: columns.wireLength,
    });
    for (const tally of list) gathered.tallies.push({ ...tally, batch, capture: capture.id });
    return { first_id: firstId, packets: length, bytes, first_time: first, last_time: last, width };
  }
}

function addInfos(infos: Rows, { summary, texts, length }: PacketColumns, firstId: number): void {
  for (let i = 0; summary !== undefined && i < length; i++) {
    const info = texts[summary[i]!];
    if (info !== undefined) infos.push({ id: firstId + i, info });
  }
}
