// The block list of temporarily blocked addresses: a plain file for `eyrie firewall apply --block`, and a set for nft.
// Firewalls read these files; nothing here changes a firewall.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '@eyrie/capture';

export interface BlockedAddress {
  readonly address: string;
  readonly untilMs: number;
  readonly reason: string;
}

/** Addresses; at the limit the one that expires first is removed. */
const BLOCKED_MAX = 10_000;

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
    this.#blocked.set(address, { address, untilMs, reason });
    if (this.#blocked.size > BLOCKED_MAX) {
      const first = this.all().reduce((a, b) => (b.untilMs < a.untilMs ? b : a));
      this.#blocked.delete(first.address);
    }
    this.#write();
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

/**
 * Input for `nft -f`: two sets in a table of their own, whose former elements go, in one transaction; a rule that drops them
 * is the firewall's.
 */
function nftSet(blocked: readonly BlockedAddress[]): string {
  const set = (name: string, type: string, version: number) => {
    const elements = blocked.filter(({ address }) => isIP(address) === version).map(({ address }) => address);
    const declared = `table inet eyrie_blocked {\n  set ${name} {\n    type ${type}\n  }\n}\n`;
    const list =
      elements.length === 0 ? '' : `add element inet eyrie_blocked ${name} { ${elements.join(', ')} }\n`;
    return `${declared}flush set inet eyrie_blocked ${name}\n${list}`;
  };
  return set('blocked4', 'ipv4_addr', 4) + set('blocked6', 'ipv6_addr', 6);
}

function put(path: string, text: string): void {
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
