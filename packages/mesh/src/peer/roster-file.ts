// The list of members on disk: as it was once, and in a log what came since, so that a change costs no more than itself.

import { Roster } from '../members/roster.ts';
import { type RosterPart, rosterPart } from '../members/roster-part.ts';
import { RosterError } from '../members/roster-state.ts';
import { decode, encode } from '../wire/schema.ts';
import { RosterGatherer } from './standing.ts';
import type { Storage } from './storage.ts';

const WHOLE = 'roster';
const LOG = 'roster.log';
/** After so many entries the whole is written anew. */
const ENTRIES_MAX = 200;

export class RosterFile {
  readonly #storage: Storage;
  #roster: Roster;
  #entries: number;

  /** @param roster what is there already, as it was read */
  constructor(storage: Storage, roster: Roster) {
    this.#storage = storage;
    this.#roster = roster;
    this.#entries = storage.readLog(LOG).length;
  }

  static create(storage: Storage, roster: Roster): void {
    storage.write(WHOLE, roster.toBytes());
    storage.remove(LOG);
  }

  /** @throws RosterError if it is damaged */
  static read(storage: Storage): Roster {
    let roster = Roster.fromBytes(storage.read(WHOLE)!, null);
    const gatherer = new RosterGatherer();
    for (const entry of storage.readLog(LOG)) {
      try {
        roster = gatherer.take(decode(rosterPart, entry), roster, false) ?? roster;
      } catch (error) {
        // Where power failed after a rival was written, the log is still that of the list before. Its entries are checksummed.
        if (!(error instanceof RosterError)) throw error;
      }
    }
    return roster;
  }

  /** On disk when it returns. */
  update(roster: Roster): void {
    const { version } = this.#roster;
    const isRival = roster.sharedWith(this.#roster) < version;
    if (roster.version <= version && !isRival) return;
    const parts: RosterPart[] = roster.partsFrom(version);
    const entries = isRival ? Number.POSITIVE_INFINITY : this.#entries + parts.length;
    // If this fails, the log may end in half an entry, after which nothing could be read: then the whole is due.
    this.#entries = ENTRIES_MAX;
    if (entries > ENTRIES_MAX) RosterFile.create(this.#storage, roster);
    else
      this.#storage.append(
        LOG,
        parts.map((part) => encode(rosterPart, part)),
      );
    this.#entries = entries > ENTRIES_MAX ? 0 : entries;
    this.#roster = roster;
  }
}
