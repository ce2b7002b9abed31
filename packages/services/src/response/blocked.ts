// The block list of temporarily blocked addresses: a plain file for `eyrie firewall apply --block`, and a set for nft.
// Firewalls read these files; nothing here changes a firewall.
import { closeSync, constants, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '@eyrie/capture';

export interface BlockedAddress {
  readonly address: string;
  readonly untilMs: number;
  readonly reason: string;
}

/** Addresses; beyond the limit those that expire first are removed, several at once: the files are rewritten then. */
const BLOCKED_MAX = 10_000;
const REMOVED_AT_ONCE = 100;

export class BlockedAddresses {
  readonly #path: string;
  readonly #blocked = new Map<string, BlockedAddress>();

  /**
   * @param path of the plain file, whose entries are loaded; the nft set is written beside it, with suffix `.nft`. Both exist from
   *   then on, if only empty: a firewall may read them before the first block.
   */
  constructor(path: string, nowMs: number) {
    this.#path = path;
    for (const each of readBack(path)) if (each.untilMs > nowMs) this.#blocked.set(each.address, each);
    this.#write();
  }

  all(): BlockedAddress[] {
    return [...this.#blocked.values()];
  }

  has(address: string): boolean {
    return this.#blocked.has(address);
  }

  /** Returns false if the text is no address, or has a zone (`fe80::1%eth0`), which firewalls do not accept. */
  add(address: string, untilMs: number, reason: string): boolean {
    if (isIP(address) === 0 || address.includes('%')) return false;
    const blocked = { address, untilMs, reason };
    const isNew = !this.#blocked.has(address);
    this.#blocked.set(address, blocked);
    const isOver = this.#blocked.size > BLOCKED_MAX;
    if (isOver) this.#removeFirst();
    if (!isNew || isOver || !this.#append(blocked)) this.#write();
    return true;
  }

  remove(address: string): boolean {
    const isThere = this.#blocked.delete(address);
    if (isThere) this.#write();
    return isThere;
  }

  /** Removes expired addresses and returns them. */
  expire(nowMs: number): string[] {
    const over = this.all().filter(({ untilMs }) => untilMs <= nowMs);
    for (const { address } of over) this.#blocked.delete(address);
    if (over.length > 0) this.#write();
    return over.map(({ address }) => address);
  }

  #removeFirst(): void {
    const byEnd = this.all().sort((a, b) => a.untilMs - b.untilMs);
    for (const { address } of byEnd.slice(0, REMOVED_AT_ONCE)) this.#blocked.delete(address);
  }

  /** Returns false if a file is missing or not writable. */
  #append(blocked: BlockedAddress): boolean {
    return append(this.#path, lineOf(blocked)) && append(`${this.#path}.nft`, nftElements([blocked]));
  }

  #write(): void {
    makeFolder(dirname(this.#path), 0o700);
    put(this.#path, this.all().map(lineOf).join(''));
    put(`${this.#path}.nft`, nftSet(this.all()));
  }
}

function lineOf({ address, untilMs, reason }: BlockedAddress): string {
  return `${address}  # until ${new Date(untilMs).toISOString()}: ${reason.replaceAll(/\s+/g, ' ')}\n`;
}

function readBack(path: string): BlockedAddress[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const match = /^(\S+)\s+# until (\S+): (.*)$/.exec(line);
    const untilMs = Date.parse(match?.[2] ?? '');
    if (match === null || isIP(match[1]!) === 0 || Number.isNaN(untilMs)) return [];
    return [{ address: match[1]!, untilMs, reason: match[3]! }];
  });
}

const NFT_SETS = [
  ['blocked4', 'ipv4_addr', 4],
  ['blocked6', 'ipv6_addr', 6],
] as const;

/**
 * Input for `nft -f`: two sets in a table of their own, whose former elements go, in one transaction; a rule that drops them
 * is the firewall's.
 */
function nftSet(blocked: readonly BlockedAddress[]): string {
  const declared = NFT_SETS.map(
    ([name, type]) =>
      `table inet eyrie_blocked {\n  set ${name} {\n    type ${type}\n  }\n}\nflush set inet eyrie_blocked ${name}\n`,
  );
  return declared.join('') + nftElements(blocked);
}

function nftElements(blocked: readonly BlockedAddress[]): string {
  const lines = NFT_SETS.map(([name, , version]) => {
    const elements = blocked.filter(({ address }) => isIP(address) === version).map(({ address }) => address);
    return elements.length === 0 ? '' : `add element inet eyrie_blocked ${name} { ${elements.join(', ')} }\n`;
  });
  return lines.join('');
}

function append(path: string, text: string): boolean {
  try {
    // Never created here: one that was deleted is written anew, with all addresses.
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
    return true;
  } catch {
    return false;
  }
}

function put(path: string, text: string): void {
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
