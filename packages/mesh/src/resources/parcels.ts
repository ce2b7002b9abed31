// Files sent to one peer, of any size: offered to it alone, announced by a message, and fetched by the receiver whenever
// both are online.
//
//   send ─► offered to one ─► message "file" ─► … ─► inbox ─► fetched, from where it stopped ─► received/FROM/NAME
//           offered no more ◄─ message "file-taken" ◄──────────────────────────────────────────┘

import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Message } from '../messages/inbox.ts';
import type { Outcome } from '../messages/mailbox.ts';
import type { Companion } from '../peer/companion.ts';
import { ControlError } from '../peer/control.ts';
import { makeFolder } from '../peer/make-folder.ts';
import { numberOf, textOf } from '../peer/parameters.ts';
import type { Peer } from '../peer/peer.ts';
import type { Storage } from '../peer/storage.ts';
import { type Cancel, every } from '../runtime.ts';
import { cutText, decode, encode, record, varint, WireError } from '../wire/schema.ts';
import { fetchResource, type Progress } from './fetch.ts';
import { isResourceName, resourceName } from './manifest.ts';
import { type Parcel, ParcelList } from './parcel-list.ts';
import { lackOfRoom } from './room.ts';
import { notForYou } from './shares.ts';

const FILE_TOPIC = 'file';
const TAKEN_TOPIC = 'file-taken';
/** Topics whose messages are for programs; `Parcels.textOf` renders them for users. */
export const FILE_TOPICS: readonly string[] = [FILE_TOPIC, TAKEN_TOPIC];
/** Larger files are announced but not fetched: the user decides, so that no sender can fill the disk. */
const SIZE_BYTES_MAX = 2 ** 30;
const LOOK_MS = 5_000;
/** Maximum length of the file name within the name of its share. */
const SHARE_BYTES_MAX = 100;
/** Maximum attempts per file. */
const TRIES_MAX = 20;
/** Maximum senders fetched from at once. */
const SENDERS_MAX = 8;

/** The body of a message about a file. */
const parcel = record({ share: resourceName, name: resourceName, sizeBytes: varint() });
const taken = record({ share: resourceName });

class RoomError extends Error {}

export class Parcels implements Companion {
  readonly #peer: Peer;
  readonly #folder: string;
  readonly #list: ParcelList;
  readonly #abort = new AbortController();
  readonly #onTaken = new Map<string, () => void>();
  readonly #cancels: Cancel[];
  /** Bytes of the file being fetched, by sender. */
  readonly #fetching = new Map<string, number>();

  constructor(peer: Peer, storage: Storage, folder: string) {
    this.#peer = peer;
    this.#folder = join(folder, 'received');
    this.#list = new ParcelList(storage, peer.runtime.clock);
    peer.inbox.onMessage.push((message) => this.#take(message));
    for (const message of peer.inbox.messages) this.#take(message);
    this.#cancels = [every(peer.runtime, LOOK_MS, () => this.#fetchNext())];
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#abort.abort();
    this.#list.save();
  }

  get methods() {
    return {
      sendFile: async (given: Record<string, unknown>) => {
        const [to, path] = [textOf(given, 'to'), textOf(given, 'path')];
        const waitMs = numberOf(given, 'waitMs', 0, 3_600_000);
        const late = new Promise<null>((resolve) => setTimeout(resolve, waitMs, null).unref());
        const { sizeBytes, outcome, taken } = await this.send(to, path);
        const sent = await Promise.race([outcome, late]);
        const isTaken = sent?.isDelivered === true && (await Promise.race([taken, late])) !== null;
        return { sizeBytes, isTaken, isWaiting: sent === null, problem: sent?.problem ?? '' };
      },
    };
  }

  /** Offers a file to one peer and sends it the announcement. @throws ControlError, or the error of the file system */
  async send(
    to: string,
    path: string,
  ): Promise<{ sizeBytes: number; outcome: Promise<Outcome>; taken: Promise<true> }> {
    if (this.#peer.standing.roster.approved(to) === null) throw new ControlError(`there is no peer ${to}`);
    const name = basename(path);
    if (!isResourceName(name)) throw new ControlError(`${name}: no file of that name can be sent, rename it`);
    const number = Buffer.from(this.#peer.runtime.random.bytes(6)).toString('hex');
    const share = `${number}-${cutText(name, SHARE_BYTES_MAX)}`;
    const { sizeBytes } = await this.#peer.shares.add({ name: share, path, to: [to], isParcel: true });
    const whenTaken = new Promise<true>((resolve) => this.#onTaken.set(share, () => resolve(true)));
    const outcome = this.#peer.send(to, encode(parcel, { share, name, sizeBytes }), FILE_TOPIC);
    void outcome.then(({ isDelivered }) => {
      if (isDelivered) return;
      this.#peer.shares.remove(share);
      this.#onTaken.delete(share);
    });
    return { sizeBytes, outcome, taken: whenTaken };
  }

  /** Renders a message about a file for the user. */
  textOf(message: Message): string {
    if (message.topic === TAKEN_TOPIC) return takenText(message);
    const announced = readParcel(message);
    if (announced === null) return 'a file, but what it says cannot be read';
    const known = this.#list.get(message.from, announced.share);
    const file = `${announced.name} (${announced.sizeBytes} bytes)`;
    if (known?.state === 'here') return `${file}: ${known.path}`;
    const why = known === undefined || known.problem === '' ? '' : ` (${known.problem})`;
    if (known?.state === 'coming') return `${file}, on its way${why}`;
    return `${file}, not fetched${why}: eyrie get ${message.from}/${announced.share}`;
  }

  #take(message: Message): void {
    // Messages on behalf of others, and broadcasts, concern none of this peer's files.
    if (message.isBroadcast || message.by !== undefined) return;
    if (message.topic === TAKEN_TOPIC) this.#end(message);
    if (message.topic !== FILE_TOPIC) return;
    const announced = readParcel(message);
    if (announced === null || this.#list.get(message.from, announced.share) !== undefined) return;
    const problem = announced.sizeBytes > SIZE_BYTES_MAX ? 'it is large' : '';
    this.#list.keep(message.from, announced.share, {
      path: this.#freePath(message.from, announced.name),
      sizeBytes: announced.sizeBytes,
      tries: 0,
      state: problem === '' ? 'coming' : 'given up',
      problem,
    });
    this.#fetchNext();
  }

  /** The receiver has the file: withdraws the offer. */
  #end({ from, body }: Message): void {
    try {
      const { share } = decode(taken, body);
      const offered = this.#peer.shares.all.find((each) => each.name === share);
      if (offered?.isParcel !== true || offered.to[0] !== from) return;
      this.#peer.shares.remove(share);
      this.#onTaken.get(share)?.();
      this.#onTaken.delete(share);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }

  /** Fetches one file at a time from each sender that is online, so that a slow sender does not delay the others. */
  #fetchNext(): void {
    for (const [from, sent] of this.#list.senders()) {
      if (this.#fetching.size >= SENDERS_MAX || this.#abort.signal.aborted) return;
      if (this.#fetching.has(from) || !this.#peer.directory.isAlive(from)) continue;
      const next = [...sent].find(([, { state }]) => state === 'coming');
      if (next === undefined) continue;
      const [share, parcel] = next;
      this.#fetching.set(from, parcel.sizeBytes);
      this.#fetch(from, share, parcel).catch((error) =>
        this.#peer.runtime.log('warn', 'the list of received files cannot be written', {
          message: String(error),
        }),
      );
    }
  }

  async #fetch(from: string, share: string, known: Parcel): Promise<void> {
    const folder = join(this.#folder, from);
    let isHere = false;
    try {
      makeFolder(folder, 0o700);
      const comingBytes = [...this.#fetching.values()].reduce((sum, each) => sum + each, 0);
      const lack = await lackOfRoom(folder, known.sizeBytes, comingBytes);
      if (lack !== null) throw new RoomError(lack);
      const checkSize = ({ totalBytes }: Progress) => {
        if (totalBytes > known.sizeBytes) throw new Error('it is larger than announced');
      };
      await fetchResource(this.#peer, from, share, known.path, checkSize, this.#abort.signal);
      isHere = true;
      this.#list.keep(from, share, { ...known, state: 'here', problem: '' });
      this.#peer.runtime.log('info', 'file received', { from, path: known.path });
      void this.#peer.send(from, encode(taken, { share }), TAKEN_TOPIC);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failed(from, share, known, error as Error);
    } finally {
      this.#fetching.delete(from);
    }
    if (isHere) this.#fetchNext();
  }

  /** Re-queues a failed file as the last, so that it does not block the others. */
  #failed(from: string, share: string, known: Parcel, error: Error): void {
    const { message: problem } = error;
    this.#peer.runtime.log('debug', 'file not fetched', { from, share, problem });
    // A full disk may be freed, so it does not count as an attempt.
    const tries = error instanceof RoomError ? known.tries : known.tries + 1;
    const isOver = tries >= TRIES_MAX || problem === notForYou(share);
    this.#list.keep(from, share, { ...known, tries, state: isOver ? 'given up' : 'coming', problem });
  }

  /** Returns a path that neither another received file nor any existing file has. */
  #freePath(from: string, name: string): string {
    const extension = extname(name);
    for (let i = 1; ; i++) {
      const numbered = i === 1 ? name : `${basename(name, extension)}-${i}${extension}`;
      const path = join(this.#folder, from, numbered);
      if (!this.#list.hasPath(from, path) && !existsSync(path)) return path;
    }
  }
}

function readParcel({ body }: Message) {
  try {
    return decode(parcel, body);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/** The name of a share is twelve digits, a dash, and the file name. */
function takenText({ from, body }: Message): string {
  try {
    return `${from} has ${decode(taken, body).share.replace(/^[0-9a-f]{12}-/, '')}`;
  } catch (error) {
    if (error instanceof WireError) return 'a file was taken, but its message cannot be decoded';
    throw error;
  }
}
