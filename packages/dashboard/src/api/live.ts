// The live channel: one WebSocket per page. It reconnects by itself, renews its subscriptions, and its state tells the
// page whether the server is reachable.
import { effect, signal } from '@preact/signals';
import type { Channel, LiveData } from './types.ts';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8000;
/** The server sends at least one message a second; a longer silence means that the connection is broken. */
const SILENCE_MS_MAX = 15_000;

export type Connection = 'connecting' | 'open' | 'lost';
export const connection = signal<Connection>('connecting');
/** Time of the next connection attempt, on the scale of Date.now(). */
export const retryAt = signal(0);
/** Number of times the channel was opened; after an increment, data shown before may be stale. */
const epoch = signal(0);

const listeners = new Map<Channel, Set<(data: never) => void>>();
let socket: WebSocket | null = null;
let retryMs = RETRY_MS_MIN;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let silenceTimer: ReturnType<typeof setTimeout> | undefined;

/** Subscribes to a channel. @returns a function that unsubscribes */
export function listen<C extends Channel>(channel: C, onData: (data: LiveData[C]) => void): () => void {
  let set = listeners.get(channel);
  if (set === undefined) {
    set = new Set();
    listeners.set(channel, set);
    command({ subscribe: [channel] });
  }
  set.add(onData);
  return () => {
    set.delete(onData);
    if (set.size > 0 || listeners.get(channel) !== set) return;
    listeners.delete(channel);
    command({ unsubscribe: [channel] });
  };
}

export function connect(): void {
  clearTimeout(retryTimer);
  socket?.close();
  const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`);
  socket = opened;
  opened.onopen = () => {
    retryMs = RETRY_MS_MIN;
    connection.value = 'open';
    epoch.value++;
    if (listeners.size > 0) command({ subscribe: [...listeners.keys()] });
    restartSilenceTimer();
  };
  opened.onmessage = (event) => {
    restartSilenceTimer();
    const { channel, data } = JSON.parse(event.data) as { channel: Channel; data: never };
    for (const onData of listeners.get(channel) ?? []) onData(data);
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    clearTimeout(silenceTimer);
    connection.value = 'lost';
    retryAt.value = Date.now() + retryMs;
    retryTimer = setTimeout(connect, retryMs);
    retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
  };
}

function restartSilenceTimer(): void {
  clearTimeout(silenceTimer);
  if (listeners.size === 0) return;
  silenceTimer = setTimeout(() => socket?.close(), SILENCE_MS_MAX);
}

function command(text: { subscribe?: Channel[]; unsubscribe?: Channel[] }): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(text));
}

/** Reconnects without waiting for the back-off when the page becomes visible or the network returns. */
export function connectWhenBack(): void {
  const now = () => {
    if (connection.value === 'lost' && !document.hidden) connect();
  };
  addEventListener('online', now);
  document.addEventListener('visibilitychange', now);
}

/** Calls back each time the channel is reopened after a loss. @returns a function that stops this */
export function onReturn(callback: () => void): () => void {
  let known = epoch.peek();
  return effect(() => {
    const now = epoch.value;
    if (now > known && known > 0) callback();
    known = now;
  });
}
