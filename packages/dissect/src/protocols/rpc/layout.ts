// Offsets in an RPC message (RFC 5531 §9).
import { u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { type Call, callOf } from './calls.ts';
import { type Program, programOf } from './programs.ts';

export const CALL = 0;
export const REPLY = 1;
const VERSION = 2;
export const ACCEPTED = 0;
export const DENIED = 1;
const SUCCESS = 0;
export const PROGRAM_MISMATCH = 2;
export const RPC_MISMATCH = 0;
export const AUTH_ERROR = 1;

/** Offsets in a call, relative to the transaction ID. */
export const PROGRAM = 12;
export const PROGRAM_VERSION = 16;
export const PROCEDURE = 20;
export const CREDENTIALS = 24;
/** Offsets in a reply. */
export const REPLY_STATE = 8;
export const REPLY_BODY = 12;

/** Length of opaque data including padding. */
export const padded = (length: number): number => (length + 3) & ~3;

/** Length of flavor and length field of credentials and verifiers. */
export const AUTH_HEAD = 8;

/** End of credentials or a verifier; -1 if truncated. */
export function authEnd(b: Uint8Array, at: number, end: number): number {
  if (at + AUTH_HEAD > end) return -1;
  const next = at + AUTH_HEAD + padded(u32(b, at + 4));
  return next > end || next < at ? -1 : next;
}

/** Program of the call at `at`; null if it is not a call. */
export function programAt(b: Uint8Array, at: number, end: number): Program | null {
  if (at + 16 > end || u32(b, at + 4) !== CALL || u32(b, at + 8) !== VERSION) return null;
  return programOf(u32(b, at + PROGRAM)) ?? null;
}

/** The call that the message at `at` replies to; without it a reply is not recognized. */
export function answered(p: Packet, at: number, end: number): Call | null {
  if (at + 8 > end || u32(p.buf, at + 4) !== REPLY) return null;
  const call = callOf(p, u32(p.buf, at));
  return call !== undefined && call.request < p.number ? call : null;
}

export function isMessage(p: Packet, at: number, end: number): boolean {
  return programAt(p.buf, at, end) !== null || answered(p, at, end) !== null;
}

/** Start of a call's arguments; -1 if its header is truncated. */
export function argumentsAt(b: Uint8Array, at: number, end: number): number {
  const verifier = authEnd(b, at + CREDENTIALS, end);
  return verifier < 0 ? -1 : authEnd(b, verifier, end);
}

/** End of a reply's header; -1 if truncated. */
export function replyEnd(b: Uint8Array, at: number, end: number): number {
  if (at + REPLY_BODY > end) return -1;
  const state = u32(b, at + REPLY_STATE);
  let next = at + REPLY_BODY;
  if (state === ACCEPTED) {
    next = authEnd(b, next, end);
    if (next < 0 || next + 4 > end) return -1;
    next += u32(b, next) === PROGRAM_MISMATCH ? 12 : 4;
  } else if (state === DENIED) {
    if (next + 4 > end) return -1;
    const reason = u32(b, next);
    next += reason === RPC_MISMATCH ? 12 : reason === AUTH_ERROR ? 8 : 4;
  }
  return next > end ? -1 : next;
}

/** Whether the reply, whose header is complete, was accepted and successful. */
export function isSuccess(b: Uint8Array, at: number, end: number): boolean {
  if (u32(b, at + REPLY_STATE) !== ACCEPTED) return false;
  const state = authEnd(b, at + REPLY_BODY, end);
  return state >= 0 && state + 4 <= end && u32(b, state) === SUCCESS;
}
