// The interface through which a session queries its peer and reports events to it.

import type { RosterPart } from '../members/roster-part.ts';
import type { Runtime } from '../runtime.ts';
import type { Session } from './session.ts';
import type { Stream } from './stream.ts';

export type Purpose = 'link' | 'enrol';

export type Verdict =
  | { id: string; publicKey: Uint8Array; expiresMs: number }
  | { code: string; reason: string };

export interface SessionHost {
  readonly runtime: Runtime;
  mesh(): string;
  rosterVersion(): number;
  /** Returns the changes of the list of members after number `from`, encoded as frames. */
  rosterParts(from: number): readonly Buffer[];
  /** Takes a part of the list of members; returns why it is refused, or null. */
  takeRosterPart(session: Session, part: RosterPart): string | null;
  judge(certificate: Uint8Array | null, purpose: Purpose): Verdict;
  opened(session: Session): void;
  /** @param refusal null unless it was refused */
  closed(session: Session, reason: string, ending: Ending, refusal: Refusal | null): void;
  notice(session: Session, kind: number, payload: Uint8Array): void;
  request(session: Session, kind: number, payload: Uint8Array, reply: Reply): void;
  stream(session: Session, kind: number, payload: Uint8Array, stream: Stream): void;
  /** Called when the other side refuses this link; the code names its reason. */
  refused(session: Session, code: string, reason: string): void;
}

/**
 * How a session ended: closed by this side or by the other, refused by either, or lost without a word. The text beside it is for
 * people: the other side, or a relay, writes what it likes there.
 */
export type Ending = 'closed' | 'bye' | 'refused' | 'lost';

export interface Refusal {
  /** Such as `revoked` or `other-mesh` (Standing.judge). */
  readonly code: string;
  /** Whether this side refused the link, rather than the other. */
  readonly isOwn: boolean;
}

export type Reply = (error: string | null, payload?: Uint8Array) => void;
export type Answered = (error: string | null, payload: Uint8Array) => void;
