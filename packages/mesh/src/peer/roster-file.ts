// The list of members on disk: a snapshot and a log of the changes after it, so that a change costs only its own size.

import { Roster } from '../members/roster.ts';
import { type RosterPart, rosterPart } from '../members/roster-part.ts';
import { RosterError } from '../members/roster-state.ts';
import { decode, encode } from '../wire/schema.ts';
import { RosterGatherer } from './standing.ts';
import type { Storage } from './storage.ts';

const WHOLE = 'roster';
const LOG = 'roster.log';
/** Log entries after which a new snapshot is written. */
const ENTRIES_MAX = 200;

export class RosterFile {
  readonly #storage: Storage;
  #roster: Roster;
  #entries: number;

  /** @param roster the content of the files, as `read` returned it */
  constructor(storage: Storage, roster: Roster) {
    this.#storage = storage;
    this.#roster = roster;
    this.#entries = storage.readLog(LOG).length;
  }

  static create(storage: Storage, roster: Roster): void {
    storage.write(WHOLE, roster.toBytes());
    storage.remove(LOG);
  }

  /** @throws RosterError if the files are damaged */
  static read(storage: Storage): Roster {
    let roster = Roster.fromBytes(storage.read(WHOLE)!, null);
    const gatherer = new RosterGatherer();
    for (const entry of storage.readLog(LOG)) {
      try {
        roster = gatherer.take(decode(rosterPart, entry), roster, false) ?? roster;
      } catch (error) {
        // If power failed after the snapshot of a rival was written, the log still belongs to the previous list. Damage
        // is excluded, because entries have checksums.
        if (!(error instanceof RosterError)) throw error;
      }
    }
    return roster;
  }

  /** Durable when it returns. */
  update(roster: Roster): void {
    const { version } = this.#roster;
    const isRival = roster.sharedWith(this.#roster) < version;
    if (roster.version <= version && !isRival) return;
    const parts: RosterPart[] = roster.partsFrom(version);
    const entries = isRival ? Number.POSITIVE_INFINITY : this.#entries + parts.length;
    // A failed append may leave a partial entry, behind which nothing is readable: forces a snapshot next time.
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
