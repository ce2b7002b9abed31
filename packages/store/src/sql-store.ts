// The store, on top of any database that implements `sql/database.ts`.
import { StoreError } from './errors.ts';
import { Vocabulary } from './filter/vocabulary.ts';
import { deleteCapture, erase } from './keep/erase.ts';
import { exportTables } from './keep/export.ts';
import { storeInfo } from './keep/info.ts';
import { retain } from './keep/retain.ts';
import type {
  Begun,
  CaptureRow,
  ConversationQuery,
  EndpointQuery,
  FindingQuery,
  FlowQuery,
  NameQuery,
  PacketQuery,
  PacketRow,
  ProtocolQuery,
  Selection,
  TimelineQuery,
} from './queries.ts';
import { Aggregates } from './query/aggregates.ts';
import { CaptureList } from './query/captures.ts';
import { conversations, endpoints } from './query/conversations.ts';
import { Flows, flowById, flowPage } from './query/flows.ts';
import { hierarchy } from './query/hierarchy.ts';
import { type LeadOptions, Leads } from './query/lead.ts';
import { findingPage, namePage } from './query/notes.ts';
import { Packets } from './query/packets.ts';
import { protocolSummary } from './query/protocol-summary.ts';
import { Selector } from './query/selection.ts';
import { Texts } from './query/texts.ts';
import { timeline } from './query/timeline.ts';
import type { CaptureOrigin, StoreBatch } from './rows.ts';
import type { Database } from './sql/database.ts';
import { plainText } from './sql/insert.ts';
import type { Erased, Removed, Retention, Store, StoreInfo } from './store.ts';
import type { Disguise } from './write/dictionaries.ts';
import { Writer } from './write/writer.ts';

export class SqlStore implements Store {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #aggregates: Aggregates;
  readonly #selector: Selector;
  readonly #captures: CaptureList;
  readonly #texts: Texts;
  readonly #packets: Packets;
  readonly #flows: Flows;
  readonly #leads: Leads;
  readonly #schemaVersion: number;
  readonly #disguise: Disguise | null;
  #isClosed = false;

  constructor(database: Database, schemaVersion: number, disguise: Disguise | null) {
    this.#database = database;
    this.#writer = new Writer(database, disguise);
    this.#aggregates = new Aggregates(database);
    this.#selector = new Selector(database, new Vocabulary(database));
    this.#captures = new CaptureList(database);
    this.#texts = new Texts(database);
    this.#packets = new Packets(database, this.#selector, this.#texts, this.#captures);
    this.#flows = new Flows(database);
    this.#leads = new Leads(database, this.#flows, this.#captures, this.#packets);
    this.#schemaVersion = schemaVersion;
    this.#disguise = disguise;
  }

  get engine() {
    return this.#database.engine;
  }

  get place(): string {
    return this.#database.place;
  }

  async write(batch: StoreBatch) {
    return this.#open() && this.#writer.write(batch);
  }

  async beginCapture(origin: CaptureOrigin, options: { readonly again?: boolean } = {}): Promise<Begun> {
    const database = this.#open();
    const known =
      (origin.hash === null ? null : await this.#captures.byHash(origin.hash)) ??
      (await this.#captures.byKey(origin.key));
    if (known !== null && options.again !== true) return { capture: known, isNew: false };
    const key = known === null ? origin.key : await this.#freeKey(origin.key);
    try {
      await database.transaction((tx) => this.#writer.captures.add(tx, { ...origin, key }));
    } catch (error) {
      // What is cached of the capture was rolled back.
      this.#writer.captures.clear();
      if ((await this.#captures.byKey(key)) === null) throw error;
      // Another process has begun it just now.
      return this.beginCapture(origin, options);
    }
    return { capture: (await this.#captures.byKey(key))!, isNew: true };
  }

  /** `sha256:…#2` for the second capture of the same file. */
  async #freeKey(key: string): Promise<string> {
    for (let count = 2; ; count++) {
      const free = `${key}#${count}`;
      if ((await this.#captures.byKey(free)) === null) return free;
    }
  }

  async endCapture(id: number, problem: string | null = null): Promise<CaptureRow> {
    const database = this.#open();
    await this.#writer.idle();
    await database.transaction(async (tx) => {
      await tx.run('UPDATE captures SET ended = $1, problem = $2 WHERE id = $3', [
        Date.now() / 1000,
        problem,
        id,
      ]);
      await tx.run('UPDATE flows SET is_over = TRUE WHERE capture = $1 AND NOT is_over', [id]);
    });
    this.#writer.captures.forget(id);
    await database.release(id);
    return this.#captureBy(id);
  }

  claimCapture = async (id: number) => this.#open().claim(id);
  releaseCapture = async (id: number) => this.#open().release(id);

  async #captureBy(id: number): Promise<CaptureRow> {
    const found = await this.#captures.byId(id);
    if (found === null) throw new StoreError('ERR_STORE_QUERY', `there is no capture ${id}`);
    return found;
  }

  async moveCapture(id: number, file: string): Promise<CaptureRow> {
    const database = this.#open();
    await this.#writer.idle();
    if (this.#disguise === null)
      await database.transaction((tx) =>
        tx.run('UPDATE captures SET file = $1 WHERE id = $2', [plainText(file), id]),
      );
    return this.#captureBy(id);
  }

  captures = async () => this.#open() && [...(await this.#captures.all())];
  capture = async (id: number) => this.#open() && this.#captures.byId(id);
  captureByKey = async (key: string) => this.#open() && this.#captures.byKey(key);
  clockAt = async (capture: number, time: number) => this.#open() && this.#captures.clockAt(capture, time);

  protocolSummary = async (query: ProtocolQuery = {}) =>
    protocolSummary(this.#open(), this.#aggregates, this.#selector, query);
  packets = async (query: PacketQuery = {}) => this.#open() && this.#packets.page(query);
  packet = async (id: number) => this.#open() && this.#packets.byId(id);
  hierarchy = async (query: Selection = {}) =>
    hierarchy(this.#open(), this.#aggregates, this.#selector, query);
  timeline = async (query: TimelineQuery = {}) =>
    timeline(this.#open(), this.#aggregates, this.#selector, query);
  flows = async (query: FlowQuery = {}) => flowPage(this.#open(), this.#selector, query);
  flow = async (id: number) => flowById(this.#open(), id);
  flowOf = async (packet: PacketRow) => this.#open() && this.#flows.of(packet);
  sequenceBases = async (capture: number, streams: readonly number[]) =>
    this.#open() && this.#flows.sequenceBases(capture, streams);
  leadOf = async (packet: PacketRow, most: LeadOptions) => this.#open() && this.#leads.of(packet, most);
  conversations = async (query: ConversationQuery = {}) => conversations(this.#open(), this.#selector, query);
  endpoints = async (query: EndpointQuery = {}) => endpoints(this.#open(), this.#selector, query);
  names = async (query: NameQuery = {}) => namePage(this.#open(), this.#selector, query);

  findings = async (query: FindingQuery = {}) => {
    const page = await findingPage(this.#open(), this.#selector, query);
    const clocks = await this.#captures.clocksAt(page.items);
    return { ...page, items: page.items.map((finding, i) => ({ ...finding, clock: clocks[i]! })) };
  };

  async deleteCapture(id: number): Promise<boolean> {
    return this.#change((database) => deleteCapture(database, id));
  }

  async retain(limits: Retention): Promise<Removed> {
    return this.#change((database) => retain(database, limits));
  }

  async erase(address: string, reason = ''): Promise<Erased> {
    return this.#change((database) => erase(database, address, reason, this.#disguise));
  }

  async info(): Promise<StoreInfo> {
    return storeInfo(this.#open(), this.#schemaVersion);
  }

  async vacuum(): Promise<StoreInfo> {
    await this.#change((database) => database.vacuum());
    return this.info();
  }

  async exportParquet(folder: string): Promise<string[]> {
    return exportTables(this.#open(), folder);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writer.idle();
    await this.#database.close();
  }

  /** Deletes rows that the writer may have cached. */
  async #change<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = this.#open();
    await this.#writer.idle();
    try {
      return await work(database);
    } finally {
      this.#writer.invalidate();
      this.#texts.clear();
    }
  }

  #open(): Database {
    if (this.#isClosed) throw new StoreError('ERR_STORE_CLOSED', `${this.place}: was closed already`);
    return this.#database;
  }
}
