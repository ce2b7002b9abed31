// Downloads a file from a peer: chunk by chunk, each verified before it is kept; resumable.

import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hex } from '../identity/keys.ts';
import { ByteQueue } from '../link/byte-queue.ts';
import type { Session } from '../link/session.ts';
import type { Stream } from '../link/stream.ts';
import type { Peer } from '../peer/peer.ts';
import type { Cancel, Clock } from '../runtime.ts';
import { requestKinds, streamKinds } from '../wire/kinds.ts';
import { decode, encode, WireError } from '../wire/schema.ts';
import { CHUNK_BYTES, isWhole, type Manifest, manifest, manifestId } from './manifest.ts';
import { type Offer, offers, wanted } from './shares.ts';

const MANIFEST_BYTES_MAX = 34 << 20;
const OFFERS_MS = 5_000;
/** After so long without data the other side has stopped. */
const STALLED_MS = 60_000;

export interface Progress {
  doneBytes: number;
  totalBytes: number;
  /** Of them, those kept from an earlier attempt. */
  resumedBytes: number;
}

class FetchError extends Error {}

/** The files that a peer offers to this one. @throws FetchError */
export async function listOffers(peer: Peer, from: string): Promise<Offer[]> {
  const session = await linkTo(peer, from);
  return new Promise((resolve, reject) => {
    session.request(requestKinds.offers, Buffer.alloc(0), OFFERS_MS, (error, payload) => {
      if (error !== null) return reject(new FetchError(`${from}: ${error}`));
      try {
        resolve(readable(from, () => decode(offers, payload)));
      } catch (problem) {
        reject(problem);
      }
    });
  });
}

/**
 * Gets a file to `path`. Until it is complete it is `path.part`, and `path.part.json` identifies the file.
 *
 * @throws FetchError with one line; verified chunks are kept for the next attempt
 */
export async function fetchResource(
  peer: Peer,
  from: string,
  name: string,
  path: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Manifest> {
  const session = await linkTo(peer, from);
  const part = `${path}.part`;
  const known = await readPlan(part);
  const haveChunks = known === null ? 0 : await soundChunks(part, known);
  const get = async (have: number, plan: string | null) => {
    const stream = session.openStream(streamKinds.get, encode(wanted, { name, fromChunk: have }));
    const input = new StreamInput(stream, signal, peer.runtime.clock);
    try {
      return await receive(stream, input, { from, name, path, haveChunks: have, known: plan, onProgress });
    } finally {
      input.close();
    }
  };
  const first = await get(haveChunks, known);
  if (first !== 'another file') return first;
  // It has changed since: from the beginning.
  await rm(part, { force: true });
  const second = await get(0, null);
  if (second === 'another file') throw new FetchError(`${name} is being changed: try again later`);
  return second;
}

interface Download {
  readonly from: string;
  readonly name: string;
  readonly path: string;
  /** Verified chunks of an earlier attempt. */
  readonly haveChunks: number;
  /** The file that attempt was of (`readPlan`). */
  readonly known: string | null;
  readonly onProgress: (progress: Progress) => void;
}

/** Receives the chunks that are missing, unless the peer has another file under this name by now. */
async function receive(
  stream: Stream,
  input: StreamInput,
  { from, name, path, haveChunks, known, onProgress }: Download,
): Promise<Manifest | 'another file'> {
  const part = `${path}.part`;
  const plan = await readManifest(input, from);
  const resumedBytes = Math.min(haveChunks * CHUNK_BYTES, plan.sizeBytes);
  if (haveChunks > 0 && known !== null && manifestId(plan) !== known.split(' ')[0]) {
    stream.reset('another file');
    return 'another file';
  }
  await writeFile(`${part}.json`, JSON.stringify({ id: manifestId(plan), chunks: plan.chunks.map(hex) }), {
    mode: 0o600,
  });
  const file = await open(part, haveChunks > 0 ? 'r+' : 'w', 0o600);
  try {
    for (let chunk = haveChunks; chunk < plan.chunks.length; chunk++) {
      const length = Math.min(CHUNK_BYTES, plan.sizeBytes - chunk * CHUNK_BYTES);
      const data = await input.take(length);
      if (hex(createHash('sha256').update(data).digest()) !== hex(plan.chunks[chunk]!))
        throw new FetchError(`${from} sent other data than it announced: chunk ${chunk} of ${name}`);
      await writeAt(file, data, chunk * CHUNK_BYTES);
      onProgress({ doneBytes: chunk * CHUNK_BYTES + length, totalBytes: plan.sizeBytes, resumedBytes });
    }
    await file.truncate(plan.sizeBytes);
    await file.sync();
  } catch (error) {
    stream.reset('stopped');
    throw error;
  } finally {
    await file.close();
  }
  stream.end();
  await rename(part, path);
  await rm(`${part}.json`, { force: true });
  return plan;
}

async function readManifest(input: StreamInput, from: string): Promise<Manifest> {
  const length = (await input.take(4)).readUInt32BE();
  if (length > MANIFEST_BYTES_MAX) throw new FetchError(`${from}: the file has too many parts`);
  const data = await input.take(length);
  const plan = readable(from, () => decode(manifest, data));
  if (!isWhole(plan)) throw new FetchError(`${from}: the list of parts does not fit the size of the file`);
  return plan;
}

function readable<T>(from: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError)
      throw new FetchError(`${from} sent what cannot be read: ${error.message}`);
    throw error;
  }
}

/** Which file the part is of: its id, then the hashes of its chunks. */
async function readPlan(part: string): Promise<string | null> {
  try {
    const { id, chunks } = JSON.parse(await readFile(`${part}.json`, 'utf8'));
    return [id, ...chunks].join(' ');
  } catch {
    return null;
  }
}

/** Number of leading chunks that are present and intact. */
async function soundChunks(part: string, plan: string): Promise<number> {
  const hashes = plan.split(' ').slice(1);
  const file = await open(part, 'r').catch(() => null);
  if (file === null) return 0;
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let chunk = 0; chunk < hashes.length; chunk++) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, chunk * CHUNK_BYTES);
      if (hex(createHash('sha256').update(buffer.subarray(0, bytesRead)).digest()) !== hashes[chunk])
        return chunk;
    }
    return hashes.length;
  } finally {
    await file.close();
  }
}

async function writeAt(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let at = 0; at < data.length; )
    at += (await file.write(data, at, data.length - at, position + at)).bytesWritten;
}

/** The link to a peer, or a new one. @throws FetchError */
export async function linkTo(peer: Peer, to: string): Promise<Session> {
  const status = peer.directory.statusOf(to);
  if (status !== 'alive') throw new FetchError(`${to} is not here (${status})`);
  const session = await peer.reach.link(to);
  if (session === null) throw new FetchError(`${to} cannot be reached from here, nor over another peer`);
  return session;
}

/** Reads a stream in portions of a requested size. */
class StreamInput {
  readonly #held = new ByteQueue();
  #unconsumed = 0;
  #wanted = 0;
  #whenHeld: (() => void) | null = null;
  #problem: FetchError | null = null;
  readonly #stream: Stream;
  readonly #clock: Clock;
  #receivedMs = 0;
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#fail('interrupted');

  constructor(stream: Stream, signal: AbortSignal, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    stream.onReset = (reason) => this.#fail(reason);
    stream.onEnd = () => {
      if (this.#held.length < this.#wanted) this.#fail('the other side ended too early');
    };
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
    stream.listen((data) => {
      this.#held.push(data);
      this.#receivedMs = clock.elapsedMs();
      this.#unconsumed += data.length;
      // Credit is granted only up to the requested portion, which bounds what is held to a portion and a window.
      if (this.#held.length <= this.#wanted) this.#grantCredit();
      if (this.#held.length >= this.#wanted) this.#whenHeld?.();
    });
  }

  /** The signal may outlive many streams. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#abort);
  }

  #grantCredit(): void {
    this.#stream.consumed(this.#unconsumed);
    this.#unconsumed = 0;
  }

  async take(count: number): Promise<Buffer> {
    this.#wanted = count;
    this.#grantCredit();
    if (this.#held.length < count && this.#problem === null) {
      this.#receivedMs = this.#clock.elapsedMs();
      const cancel = this.#whenStalled(() => this.#fail('the other side has stopped'));
      await new Promise<void>((resolve) => {
        this.#whenHeld = resolve;
      });
      cancel();
    }
    if (this.#held.length < count) {
      this.#stream.reset('stopped');
      throw this.#problem ?? new FetchError('the other side ended too early');
    }
    this.#wanted = 0;
    const all = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; ) {
      const piece = this.#held.take(count - at);
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #whenStalled(stalled: () => void): Cancel {
    let cancel: Cancel = () => {};
    const look = () => {
      const leftMs = this.#receivedMs + STALLED_MS - this.#clock.elapsedMs();
      if (leftMs <= 0) stalled();
      else cancel = this.#clock.after(leftMs, look);
    };
    look();
    return () => cancel();
  }

  #fail(reason: string): void {
    this.#problem ??= new FetchError(reason);
    this.#whenHeld?.();
  }
}
