// Exports the matching packets as a pcapng file, generated while it is sent.
import { type CaptureInterface, PcapngWriter } from '@eyrie/dissect';
import { type CaptureRow, cancelledBy, type PacketRow, type Selection, type Store } from '@eyrie/store';
import { given } from '../terms.ts';
import { Decider } from './decide.ts';
import type { Redissector } from './redissect.ts';

const ROWS = 2000;
const AHEAD_BYTES = 1 << 20;
/** Bytes of a chunk. */
const SEND_BYTES = 256 << 10;

/**
 * Yields the file on demand; packets whose file is gone, or that the ring has overwritten, are omitted.
 *
 * @param left aborted when the client has disconnected
 */
export async function* exported(
  store: Store,
  redissector: Redissector,
  selection: Selection,
  packetsMax: number,
  left: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const writer = new PcapngWriter({ application: 'Eyrie' });
  // An export reads files sequentially, so every packet can have its full context.
  const decider = new Decider(store, redissector, true);
  let missing = packetsMax;
  let after: string | undefined;
  do {
    const wanted = { ...selection, limit: ROWS, ...given('after', after) };
    // A reader's pace drives this, outside the request's context.
    const page = await cancelledBy(left, () => store.packets(wanted));
    const rows = (await decider.passing(page.items, page, selection.filter ?? '')).slice(0, missing);
    missing -= rows.length;
    for (const [capture, run] of await runs(rows, decider)) {
      if (capture === null || capture.file === null) continue;
      yield* written(redissector, capture, run, writer);
    }
    after = missing > 0 ? (page.next ?? undefined) : undefined;
  } while (after !== undefined);
  if (writer.pending > 0) yield writer.take();
}

/** Splits rows into runs of the same capture. */
async function runs(
  rows: readonly PacketRow[],
  decider: Decider,
): Promise<[CaptureRow | null, PacketRow[]][]> {
  const found: [CaptureRow | null, PacketRow[]][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last !== undefined && last[1][0]!.capture === row.capture) last[1].push(row);
    else found.push([await decider.capture(row.capture), [row]]);
  }
  return found;
}

async function* written(
  redissector: Redissector,
  capture: CaptureRow,
  rows: readonly PacketRow[],
  writer: PcapngWriter,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < rows.length; ) {
    at = await redissector.reading(capture, async (file) => {
      let i = at;
      for (; i < rows.length && writer.pending < SEND_BYTES; i++) {
        const frame = await file.frame(rows[i]!, AHEAD_BYTES).catch(ignoreOverwritten);
        if (frame === undefined) continue;
        const from: CaptureInterface | undefined = file.interfaces[Math.max(0, frame.interfaceId)];
        writer.write(frame, from);
      }
      return i;
    });
    if (writer.pending >= SEND_BYTES) yield writer.take();
  }
}

function ignoreOverwritten(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'ERR_CAPTURE_RING_GONE') throw error;
}
