// What both sides say before a link is open to them: hello, and perhaps why not.

import { meshName } from '../identity/names.ts';
import { MEMBERS_MAX } from '../members/roster-part.ts';
import { flag, record, text, varint } from '../wire/schema.ts';

export const hello = record({
  versionMin: varint(255),
  versionMax: varint(255),
  /** Of who dials alone: it is not in the mesh yet, and asks to be let in. */
  isEnrolment: flag,
  mesh: meshName,
  rosterVersion: varint(MEMBERS_MAX),
});
export const refusal = record({ code: text(32), reason: text(300) });

/** So that it fits into 300 bytes, whatever characters it has. */
export function cut(reason: string): string {
  return reason.slice(0, 100);
}
