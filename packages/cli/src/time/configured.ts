// The time servers of `[clock] servers` in eyrie.toml: addresses, each with what authenticates it behind it, as in chrony.conf(5).
import type { SourceOptions } from '@eyrie/clock';
import { UserError } from '../errors.ts';
import { sourceOptions } from './sources.ts';

interface Defaults {
  /** File of symmetric keys; empty: none. */
  readonly keys: string;
  /** Whether servers without a key are authenticated by NTS. */
  readonly nts: boolean;
}

interface Server {
  readonly place: string;
  keyId?: string;
  nts: boolean;
}

/** `ntp1.lan key 10, ntp2.lan, nts.example.net nts`. @throws UserError */
export function configuredSources(text: string, { keys, nts }: Defaults): SourceOptions[] {
  return serversIn(text).map(({ place, ...its }) => {
    if (its.keyId === undefined) return sourceOptions(place, { nts: its.nts || nts });
    if (its.nts) throw wrong(`${place}: key and nts are two ways of authentication: take one`);
    if (keys === '')
      throw wrong(`${place}: key ${its.keyId} is in no file: name the file with keys in [clock]`);
    return sourceOptions(place, { keys, keyId: its.keyId });
  });
}

function serversIn(text: string): Server[] {
  const servers: Server[] = [];
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  while (words.length > 0) {
    const word = words.shift()!;
    const last = servers.at(-1);
    if (word !== 'key' && word !== 'nts') servers.push({ place: word, nts: false });
    else if (last === undefined) throw wrong(`'${word}' stands before any server`);
    else if (word === 'nts') last.nts = true;
    else last.keyId = keyNumber(last.place, words.shift());
  }
  return servers;
}

function keyNumber(place: string, word = ''): string {
  if (!/^\d+$/.test(word)) throw wrong(`${place}: key takes a number, not '${word}'`);
  return word;
}

function wrong(reason: string): UserError {
  return new UserError(`[clock] servers: ${reason}`);
}
