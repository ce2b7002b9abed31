// State of an SMB2 connection: pending requests, names of files and trees, users of sessions.
import { utf16le } from '../../codec/utf16.ts';
import { u16le, u32le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { Exchanges } from '../../flows/exchanges.ts';
import type { NtlmUser } from '../auth/ntlmssp.ts';
import { remember } from './bounded.ts';

/** Maximum entries of each kind in the whole capture; the oldest are evicted. */
const KEPT_MAX = 1 << 16;
/** Maximum number of unanswered requests per conversation. */
const ASKED_MAX = 4096;

/** Data of a request that its reply needs; also the note of both layers. */
export interface Asked {
  command: number;
  /** Name of the file or tree, or the search pattern. */
  name: string;
  /** Information class and level. */
  class: number;
  level: number;
  /** The file if it may be a pipe, see `fileKey`; 0: none. */
  pipe: number;
  /** Where in the file a read begins. */
  offset: number;
  /** User of a session setup. */
  user: NtlmUser | null;
}

export interface Tree {
  readonly name: string;
  readonly type: number;
  /** Frame number of the tree connect. */
  readonly frame: number;
}

/** An open file: frames of the reply that opened it and of the request that closed it; 0: not seen. */
export interface Handle {
  readonly opened: number;
  closed: number;
}

export interface Account extends NtlmUser {
  /** Frame number of the authentication. */
  readonly frame: number;
}

class Smb2Memory {
  readonly exchanges = new Exchanges('smb2');
  readonly #files = new Map<number, string>();
  readonly #handles = new Map<number, Handle>();
  readonly #trees = new Map<number, Tree>();
  readonly #accounts = new Map<number, Account>();

  fileName(key: number): string | undefined {
    return this.#files.get(key);
  }

  nameFile(key: number, name: string): void {
    remember(this.#files, key, name, KEPT_MAX);
  }

  handle(key: number): Handle | undefined {
    return this.#handles.get(key);
  }

  openHandle(key: number, frame: number): void {
    remember(this.#handles, key, { opened: frame, closed: 0 }, KEPT_MAX);
  }

  closeHandle(key: number, frame: number): void {
    const handle = this.#handles.get(key);
    if (handle !== undefined) handle.closed = frame;
  }

  tree(key: number): Tree | undefined {
    return this.#trees.get(key);
  }

  setTree(key: number, tree: Tree): void {
    remember(this.#trees, key, tree, KEPT_MAX);
  }

  account(key: number): Account | undefined {
    return this.#accounts.get(key);
  }

  setAccount(key: number, account: Account): void {
    remember(this.#accounts, key, account, KEPT_MAX);
  }
}

export function memory(p: Packet): Smb2Memory {
  return p.session.memoryOf('smb2', () => new Smb2Memory());
}

interface Conversation {
  readonly asked: Map<number, Asked>;
}

/** Enters a request. */
export function ask(p: Packet, messageId: number, asked: Asked): void {
  const state = p.session.stateOf(p, 'smb2', (): Conversation => ({ asked: new Map() }));
  remember(state.asked, messageId, asked, ASKED_MAX);
}

/** Returns the request with this message ID; removes it if this is its final reply. */
export function answered(p: Packet, messageId: number, isLast: boolean): Asked | null {
  const asked = p.session.knownState<Conversation>(p, 'smb2')?.asked;
  const found = asked?.get(messageId) ?? null;
  if (found !== null && isLast) asked!.delete(messageId);
  return found;
}

/** The MessageId as a number; it counts from 0. */
export function messageId(b: Uint8Array, start: number): number {
  return u32le(b, start + 24) + (u32le(b, start + 28) & 0x1fffff) * 0x1_0000_0000;
}

/** An offset in a file; beyond 2^53 it is not exact. */
export function fileOffset(b: Uint8Array, at: number): number {
  return u32le(b, at) + u32le(b, at + 4) * 0x1_0000_0000;
}

/** Key of a tree, whose ID is unique within its session (§2.2.1.2). */
export function treeKey(b: Uint8Array, start: number): number {
  return digest(b, start + 36, start + 48);
}

export function sessionKey(b: Uint8Array, start: number): number {
  return digest(b, start + 40, start + 48);
}

/** Key of a file: its 16-byte FileId (§2.2.14.1) at `fid`, with session and tree of the header at `start`. */
export function fileKey(b: Uint8Array, start: number, fid: number): number {
  return digest(b, fid, fid + 16, treeKey(b, start));
}

/** 52-bit hash of whole words; a collision would only mislabel a file. */
function digest(b: Uint8Array, at: number, end: number, seed = 0): number {
  let low = (seed % 0x4000000) | 0;
  let high = Math.floor(seed / 0x4000000) | 0;
  for (let i = at; i < end; i += 4) {
    const word = u32le(b, i);
    low = Math.imul(low ^ word, 0x9e3779b1);
    low ^= low >>> 15;
    high = Math.imul(high ^ word ^ low, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (high >>> 6) * 0x4000000 + (low >>> 6);
}

/** Reads a name whose 2-byte offset (from the header) and 2-byte length are at `at`. */
export function nameAt(b: Uint8Array, start: number, stop: number, at: number): string {
  if (at + 4 > stop) return '';
  const from = start + u16le(b, at);
  return printable(utf16le(b, from, Math.max(from, Math.min(stop, from + u16le(b, at + 2)))));
}
