// State of an SMB1 session: pending requests, and which trees are pipes.
import { u16le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { Exchanges } from '../../flows/exchanges.ts';
import { remember } from './bounded.ts';

const ASKED_MAX = 1024;
const TREES_MAX = 1024;
const FILES_MAX = 4096;

/** Data of a request that its reply needs; stored as note of both layers. */
export interface Asked1 {
  readonly command: number;
  /** FID; -1: none. */
  fid: number;
  /** Where in the file a read begins. */
  offset: number;
  /** The pipe, as `fileData` takes it; 0: not a pipe. */
  pipe: number;
  /** Subcommand, information level, and name or search pattern of a transaction; -1: none. */
  subcommand: number;
  level: number;
  name: string;
}

interface Conversation {
  readonly asked: Map<number, Asked1>;
  /** TIDs of trees with service type IPC. */
  readonly pipes: Set<number>;
  /** Paths of trees by TID, and names of open files by FID. */
  readonly trees: Map<number, string>;
  readonly files: Map<number, string>;
}

const make = (): Conversation => ({
  asked: new Map(),
  pipes: new Set(),
  trees: new Map(),
  files: new Map(),
});

export function exchanges(p: Packet): Exchanges {
  return p.session.memoryOf('smb', () => new Exchanges('smb'));
}

/** PID and MID together identify a request (§2.2.3.1); the TID does not, because a tree connect reply has a new one. */
export function requestKey(b: Uint8Array, start: number): number {
  return u16le(b, start + 26) + u16le(b, start + 30) * 0x1_0000;
}

export function ask1(p: Packet, key: number, asked: Asked1): void {
  remember(p.session.stateOf(p, 'smb', make).asked, key, asked, ASKED_MAX);
}

export function asked1(p: Packet, key: number): Asked1 | null {
  return p.session.knownState<Conversation>(p, 'smb')?.asked.get(key) ?? null;
}

export function markPipes(p: Packet, tid: number): void {
  const { pipes } = p.session.stateOf(p, 'smb', make);
  if (pipes.size < TREES_MAX) pipes.add(tid);
}

export function isPipes(p: Packet, tid: number): boolean {
  return p.session.knownState<Conversation>(p, 'smb')?.pipes.has(tid) ?? false;
}

export function nameTree1(p: Packet, tid: number, path: string): void {
  remember(p.session.stateOf(p, 'smb', make).trees, tid, path, TREES_MAX);
}

/** '' if the tree connect was not captured. */
export function treePath1(p: Packet, tid: number): string {
  return p.session.knownState<Conversation>(p, 'smb')?.trees.get(tid) ?? '';
}

export function nameFile1(p: Packet, fid: number, name: string): void {
  remember(p.session.stateOf(p, 'smb', make).files, fid, name, FILES_MAX);
}

/** '' if the opening of the file was not captured. */
export function fileName1(p: Packet, fid: number): string {
  return p.session.knownState<Conversation>(p, 'smb')?.files.get(fid) ?? '';
}
