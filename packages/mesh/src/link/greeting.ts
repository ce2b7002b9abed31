// Schemas of the frames before a session is open: hello, and the reason of a refusal.

import { meshName } from '../identity/names.ts';
import { MEMBERS_MAX } from '../members/roster-part.ts';
import { flag, record, text, varint } from '../wire/schema.ts';

export const hello = record({
  versionMin: varint(255),
  versionMax: varint(255),
  /** Set by the dialling side only: it is not a member yet and applies to join. */
  isEnrolment: flag,
  mesh: meshName,
  rosterVersion: varint(MEMBERS_MAX),
});
export const refusal = record({ code: text(32), reason: text(300) });

/** Truncates a reason to 100 UTF-16 units, which are at most 300 bytes of UTF-8. */
export function cut(reason: string): string {
  return reason.slice(0, 100);
}
