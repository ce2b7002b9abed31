// The files that this peer offers, to all or to some, read-only; and the sending side of a download.

import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Session } from '../link/session.ts';
import type { Stream } from '../link/stream.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Policy } from '../messages/policy.ts';
import { readJsonList } from '../peer/damaged.ts';
import type { Standing } from '../peer/standing.ts';
import type { Storage } from '../peer/storage.ts';
import type { Runtime } from '../runtime.ts';
import { requestKinds, streamKinds } from '../wire/kinds.ts';
import { decode, encode, list, record, type Shape, varint } from '../wire/schema.ts';
import { type Capture, capturesIn } from './capture-folder.ts';
import { Descriptions, ShareError } from './descriptions.ts';
import { CHUNK_BYTES, type Manifest, manifest, resourceName } from './manifest.ts';

const FILE = 'shares.json';
const SHARES_MAX = 1_000;
const OFFERS_MAX = 1_000;
const PIECE_BYTES = 64 << 10;

export interface Share {
  name: string;
  path: string;
  /** Names of peers; empty for all. */
  to: string[];
  /** Sent, not shared: it ends when the one it is for has it, and is in no list. */
  isParcel?: boolean;
  /** A folder: each capture in it is offered, to those named and to whom the policy allows "captures". */
  isCaptures?: boolean;
}

export const wanted = record({ name: resourceName, fromChunk: varint() });
export const offers = list(record({ name: resourceName, sizeBytes: varint() }), OFFERS_MAX);
export type Offer = Shape<typeof offers>[number];

/** The refusal of a file that is not offered, or not to this peer. */
export function notForYou(name: string): string {
  return `there is no ${name} for you`;
}

export class Shares {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #storage: Storage;
  readonly #policy: () => Policy;
  #shares: Share[];
  readonly #descriptions = new Descriptions();

  constructor(
    runtime: Runtime,
    standing: Standing,
    switchboard: Switchboard,
    storage: Storage,
    policy: () => Policy,
  ) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#storage = storage;
    this.#policy = policy;
    this.#shares = readJsonList(
      storage,
      FILE,
      'put a copy of it back, or remove it and share the files again',
    );
    switchboard.handleRequest(requestKinds.offers, (session, _payload, reply) => {
      this.#offersTo(session.id).then(
        (all) => reply(null, encode(offers, all)),
        () => reply('the files of this peer cannot be read'),
      );
    });
    switchboard.handleStream(streamKinds.get, (session, payload, stream) => {
      const { name, fromChunk } = decode(wanted, payload);
      // The receiver of a file sends nothing more: what comes is discarded, without flow-control credit for more.
      stream.listen(() => {});
      this.#serve(session, name, fromChunk, stream).catch((error) => {
        // Error messages of the system contain paths, which other peers must not see.
        stream.reset(error instanceof ShareError ? error.message : `${name} cannot be read`);
        this.#runtime.log('debug', 'file not sent', { peer: session.id, name, message: String(error) });
      });
    });
  }

  get all(): readonly Share[] {
    return this.#shares;
  }

  /** Offers a file; gives what it is, once it was read. */
  async add(share: Share): Promise<Manifest> {
    const described = await this.#describe(share);
    this.#keep(share);
    return described;
  }

  /** Offers the captures of a folder; gives how many there are now. */
  async addCaptures(share: Share): Promise<number> {
    if (!(await stat(share.path)).isDirectory()) throw new ShareError(`${share.path} is not a folder`);
    this.#keep({ ...share, isCaptures: true });
    return (await capturesIn(share.path)).length;
  }

  #keep(share: Share): void {
    this.#save([...this.#shares.filter((each) => each.name !== share.name), share].slice(-SHARES_MAX));
  }

  /** False if nothing of that name was offered. */
  remove(name: string): boolean {
    const rest = this.#shares.filter((each) => each.name !== name);
    const wasThere = rest.length < this.#shares.length;
    if (wasThere) this.#save(rest);
    return wasThere;
  }

  async #offersTo(id: string): Promise<Offer[]> {
    const all = this.#shares.filter((share) => share.isParcel !== true && this.#mayHave(id, share));
    const own = all.filter((share) => share.isCaptures !== true);
    const captures = await this.#capturesFor(id);
    const sizes = await Promise.all(
      own.map(({ path }) =>
        stat(path)
          .then((stats) => (stats.isFile() ? stats.size : -1))
          .catch(() => -1),
      ),
    );
    const files = own
      .map(({ name }, i) => ({ name, sizeBytes: sizes[i]! }))
      .filter(({ sizeBytes }) => sizeBytes >= 0);
    return [...files, ...captures.map(({ name, sizeBytes }) => ({ name, sizeBytes }))].slice(0, OFFERS_MAX);
  }

  /** Of all folders that it may look into; a name that two of them have is that of the first. */
  async #capturesFor(id: string): Promise<Capture[]> {
    const folders = this.#shares.filter((share) => share.isCaptures === true && this.#mayHave(id, share));
    const all = (await Promise.all(folders.map(({ path }) => capturesIn(path)))).flat();
    const taken = new Set(this.#shares.map(({ name }) => name));
    return all.filter(({ name }) => {
      const member = this.#standing.roster.approved(id);
      const isOffered =
        member !== null && !taken.has(name) && this.#policy().isAllowed(member, `get:${name}`);
      taken.add(name);
      return isOffered;
    });
  }

  #mayHave(id: string, share: Share): boolean {
    const member = this.#standing.roster.approved(id);
    if (member === null) return false;
    if (share.isCaptures === true)
      return share.to.includes(id) || this.#policy().isAllowed(member, 'captures');
    if (share.to.length > 0 && !share.to.includes(id)) return false;
    return this.#policy().isAllowed(member, `get:${share.name}`);
  }

  /** First the length of the manifest (4 bytes) and the manifest, then the chunks from the requested one on. */
  async #serve({ id }: Session, name: string, fromChunk: number, stream: Stream): Promise<void> {
    const named = this.#shares.find((each) => each.name === name && each.isCaptures !== true);
    const isOffered = named !== undefined && this.#mayHave(id, named);
    const share = isOffered ? named : (await this.#capturesFor(id)).find((each) => each.name === name);
    // A peer that may not have it does not learn that it exists.
    if (share === undefined) throw new ShareError(notForYou(name));
    const described = await this.#describe(share).catch(() => {
      throw new ShareError(`${name} cannot be read`);
    });
    const head = encode(manifest, described);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    const file = await open(share.path, 'r');
    this.#runtime.log('info', 'file asked for', { peer: id, name });
    try {
      await writeAll(stream, Buffer.concat([length, head]));
      for (let chunk = fromChunk; chunk < described.chunks.length; chunk++)
        await sendChunk(file, chunk, stream);
      stream.end();
    } finally {
      await file.close();
    }
  }

  async #describe({ path, name }: Pick<Share, 'path' | 'name'>): Promise<Manifest> {
    return { ...(await this.#descriptions.of(path)), name };
  }

  #save(shares: Share[]): void {
    this.#shares = shares;
    this.#storage.write(FILE, JSON.stringify(shares, null, 2));
  }
}

async function sendChunk(file: FileHandle, chunk: number, stream: Stream): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, chunk * CHUNK_BYTES);
  await writeAll(stream, buffer.subarray(0, bytesRead));
}

/** @throws if the other side gives up */
async function writeAll(stream: Stream, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length; ) {
    const room = Math.min(stream.writableBytes, PIECE_BYTES, data.length - at);
    if (room > 0) {
      stream.write(data.subarray(at, at + room));
      at += room;
    } else await whenWritable(stream);
  }
}

function whenWritable(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.onWritable = resolve;
    stream.onReset = (reason) => reject(new Error(reason));
    if (stream.isOver) reject(new Error('the other side gave up'));
  });
}
