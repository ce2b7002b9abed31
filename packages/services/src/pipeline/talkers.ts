// The names and addresses with the most traffic in the last minute, from the store, for the mesh if the owner shares
// them. A pseudonymised store has pseudonyms only, and no names.
import { isIP } from 'node:net';
import type { Store } from '@eyrie/store';
import type { Talkers } from '../peer/traffic.ts';

const WINDOW_S = 60;
const TALKERS_MAX = 32;

export async function talkersOf(store: Store, nowS = Date.now() / 1000): Promise<Talkers> {
  const { items } = await store.endpoints({ from: nowS - WINDOW_S, order: 'bytes', limit: 4 * TALKERS_MAX });
  const addresses: Talkers['addresses'][number][] = [];
  const named = new Map<string, number>();
  for (const { address, names, bytesSent, bytesReceived } of items) {
    if (isIP(address) === 0) continue;
    const rate = (bytesSent + bytesReceived) / WINDOW_S;
    addresses.push({ name: address, rate });
    const [name] = names;
    if (name !== undefined) named.set(name, (named.get(name) ?? 0) + rate);
  }
  const byRate = [...named].map(([name, rate]) => ({ name, rate })).sort((a, b) => b.rate - a.rate);
  return { names: byRate.slice(0, TALKERS_MAX), addresses: addresses.slice(0, TALKERS_MAX) };
}
