// Keys that open WireGuard: lines `LOCAL_STATIC_PRIVATE_KEY = base64` of a key log, as Wireshark reads them.
import { hex } from '../../core/text.ts';
import { x25519Public } from '../../crypto/x25519.ts';

const LINE =
  /^\s*(LOCAL_STATIC_PRIVATE_KEY|REMOTE_STATIC_PUBLIC_KEY|LOCAL_EPHEMERAL_PRIVATE_KEY|PRESHARED_KEY)\s*=\s*([A-Za-z0-9+/]{43}=)/;
const KEYS_MAX = 10_000;
const KEY_BYTES = 32;

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export class WireGuardKeys {
  /** Static keys of this side, and public ones of all peers, by hexadecimal public key. */
  readonly statics = new Map<string, KeyPair>();
  readonly peers = new Map<string, Uint8Array>();
  readonly ephemerals = new Map<string, KeyPair>();
  /** Without any, the preshared key is zero (§5.2). */
  readonly preshared: Uint8Array[] = [new Uint8Array(KEY_BYTES)];

  get isEmpty(): boolean {
    return this.ephemerals.size === 0 || this.statics.size === 0;
  }

  /** Takes a line of a key log; others are ignored. */
  add(line: string): void {
    const found = LINE.exec(line);
    if (found === null || this.#count() >= KEYS_MAX) return;
    const key = Uint8Array.from(atob(found[2]!), (c) => c.charCodeAt(0));
    if (found[1] === 'PRESHARED_KEY') this.preshared.push(key);
    else if (found[1] === 'REMOTE_STATIC_PUBLIC_KEY') this.peers.set(keyText(key), key);
    else this.#addPrivate(key, found[1] === 'LOCAL_STATIC_PRIVATE_KEY');
  }

  #addPrivate(privateKey: Uint8Array, isStatic: boolean): void {
    const publicKey = x25519Public(privateKey);
    const id = keyText(publicKey);
    (isStatic ? this.statics : this.ephemerals).set(id, { privateKey, publicKey });
    if (isStatic) this.peers.set(id, publicKey);
  }

  #count(): number {
    return this.statics.size + this.peers.size + this.ephemerals.size + this.preshared.length;
  }
}

export function keyText(key: Uint8Array): string {
  return hex(key, 0, key.length);
}
