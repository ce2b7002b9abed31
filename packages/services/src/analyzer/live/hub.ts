// The live channel: sends states to subscribers a few times a second. Nothing is queued: a slow client misses states,
// but never gets stale ones, and costs no memory.
import type { WebSocket } from '@fastify/websocket';
import { CHANNELS, type Channel, type LiveData } from '../schemas/index.ts';

/**
 * Returns the present state of a channel; undefined: unchanged. Called only while there are subscribers. A channel may
 * return the change for up-to-date subscribers, and the whole state for new ones.
 */
export type Producer<C extends Channel> = () => Promise<LiveData[C] | StateUpdate<LiveData[C]> | undefined>;

export class StateUpdate<T> {
  readonly whole: T;
  /** Null: nothing has changed. */
  readonly change: T | null;

  constructor(whole: T, change: T | null) {
    this.whole = whole;
    this.change = change;
  }
}

export type Producers = {
  readonly [C in Channel]: { readonly everyMs: number; readonly produce: Producer<C> };
};

/** Shortest interval of a channel. */
const TICK_MS = 200;
/** Bytes buffered in a client's socket; beyond this the client is skipped until it has read. */
const BUFFERED_BYTES_MAX = 1 << 20;
/** A client that has read nothing for this long is disconnected. */
const STUCK_MS = 30_000;
const CLIENTS_MAX = 1000;
/** Bytes per command, and commands per second. */
const COMMAND_BYTES_MAX = 4096;
const COMMANDS_MAX = 20;

interface Client {
  readonly socket: WebSocket;
  readonly channels: Set<Channel>;
  /** Subscribed channels of which this client needs the whole state. */
  readonly fresh: Set<Channel>;
  stuckSinceMs: number;
  commands: number;
}

interface ChannelState {
  dueMs: number;
  isProducing: boolean;
  /** The newest message, for new subscribers. */
  last: string | null;
  /** The last error; null: none. */
  trouble: string | null;
}

export class LiveHub {
  skipped = 0;
  readonly #producers: Producers;
  readonly #clients = new Set<Client>();
  readonly #states = new Map<Channel, ChannelState>(
    CHANNELS.map((channel) => [channel, { dueMs: 0, isProducing: false, last: null, trouble: null }]),
  );
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #commandsSinceMs = 0;

  constructor(producers: Producers, onError: (error: unknown) => void) {
    this.#producers = producers;
    this.#onError = onError;
  }

  get clients(): number {
    return this.#clients.size;
  }

  add(socket: WebSocket): void {
    if (this.#clients.size >= CLIENTS_MAX) {
      socket.close(1013, 'too many clients');
      return;
    }
    const client: Client = { socket, channels: new Set(), fresh: new Set(), stuckSinceMs: 0, commands: 0 };
    this.#clients.add(client);
    socket.on('message', (data, isBinary) => this.#command(client, isBinary ? null : String(data)));
    socket.on('close', () => this.#remove(client));
    socket.on('error', () => socket.terminate());
    this.#timer ??= setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  close(): void {
    for (const { socket } of this.#clients) socket.close(1001, 'the server is stopping');
    this.#stop();
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #command(client: Client, text: string | null): void {
    client.commands++;
    const command = text === null || client.commands > COMMANDS_MAX ? null : parsed(text);
    if (command === null) {
      client.socket.close(1008, `say {"subscribe":["rates"]} with some of: ${CHANNELS.join(', ')}`);
      return;
    }
    for (const channel of command.unsubscribe) client.channels.delete(channel);
    for (const channel of command.subscribe) {
      if (client.channels.has(channel)) continue;
      client.channels.add(channel);
      client.fresh.add(channel);
    }
  }

  #tick(nowMs: number): void {
    if (nowMs - this.#commandsSinceMs >= 1000) {
      this.#commandsSinceMs = nowMs;
      for (const client of this.#clients) client.commands = 0;
    }
    for (const client of this.#clients) this.#dropIfSlow(client, nowMs);
    for (const channel of CHANNELS) {
      const state = this.#states.get(channel)!;
      if (nowMs >= state.dueMs && !state.isProducing && this.#isWanted(channel))
        void this.#produce(channel, state, nowMs);
      else if (state.last !== null) this.#greet(channel, state.last);
    }
  }

  #isWanted(channel: Channel): boolean {
    for (const client of this.#clients) if (client.channels.has(channel)) return true;
    return false;
  }

  async #produce(channel: Channel, state: ChannelState, nowMs: number): Promise<void> {
    const { everyMs, produce } = this.#producers[channel];
    state.isProducing = true;
    state.dueMs = nowMs + everyMs;
    try {
      const data = await produce();
      if (data instanceof StateUpdate) this.#broadcast(channel, state, data);
      else if (data !== undefined) {
        state.last = JSON.stringify({ channel, data });
        for (const client of this.#clients)
          if (client.channels.has(channel)) this.#send(client, channel, state.last);
      } else if (state.last !== null) this.#greet(channel, state.last);
      state.trouble = null;
    } catch (error) {
      // Logged once per reason, because an unavailable store is polled.
      const trouble = String(error);
      if (trouble !== state.trouble) this.#onError(error);
      state.trouble = trouble;
    } finally {
      state.isProducing = false;
    }
  }

  #broadcast(channel: Channel, state: ChannelState, { whole, change }: StateUpdate<unknown>): void {
    if (change !== null || state.last === null) state.last = JSON.stringify({ channel, data: whole });
    const message = change === null ? null : JSON.stringify({ channel, data: change });
    for (const client of this.#clients) {
      if (!client.channels.has(channel)) continue;
      if (client.fresh.has(channel)) this.#send(client, channel, state.last);
      // A client that misses a change gets the whole state next time.
      else if (message !== null && !this.#send(client, channel, message)) client.fresh.add(channel);
    }
  }

  /** Sends the present state to new subscribers. */
  #greet(channel: Channel, message: string): void {
    for (const client of this.#clients) if (client.fresh.has(channel)) this.#send(client, channel, message);
  }

  /** Returns false if the client is too slow and misses the message. */
  #send(client: Client, channel: Channel, message: string): boolean {
    const { socket } = client;
    if (socket.readyState !== socket.OPEN) return true;
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) {
      this.skipped++;
      return false;
    }
    client.fresh.delete(channel);
    socket.send(message);
    return true;
  }

  #dropIfSlow(client: Client, nowMs: number): void {
    if (client.socket.bufferedAmount <= BUFFERED_BYTES_MAX) client.stuckSinceMs = 0;
    else if (client.stuckSinceMs === 0) client.stuckSinceMs = nowMs;
    else if (nowMs - client.stuckSinceMs > STUCK_MS) client.socket.terminate();
  }
}

interface Command {
  readonly subscribe: Channel[];
  readonly unsubscribe: Channel[];
}

/** Parses a command; null if it is malformed. */
function parsed(text: string): Command | null {
  if (text.length > COMMAND_BYTES_MAX) return null;
  try {
    const { subscribe = [], unsubscribe = [], ...rest } = JSON.parse(text);
    const isRight = Object.keys(rest).length === 0 && areChannels(subscribe) && areChannels(unsubscribe);
    return isRight ? { subscribe, unsubscribe } : null;
  } catch {
    return null;
  }
}

function areChannels(value: unknown): value is Channel[] {
  return Array.isArray(value) && value.every((each) => CHANNELS.includes(each));
}
