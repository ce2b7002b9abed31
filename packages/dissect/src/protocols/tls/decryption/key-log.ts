// TLS secrets in NSS key log format (SSLKEYLOGFILE, RFC 9850), from a file or from decryption secrets blocks; and keys of
// WireGuard from the same places.
import { hex } from '../../../core/text.ts';
import type { DecryptionSecrets } from '../../../files/capture-info.ts';
import { WireGuardKeys } from '../../vpn/wireguard-keys.ts';

/** As pcapng marks them (draft-ietf-opsawg-pcapng §4.7): "TLSK" and "WGKL". */
const KEY_LOGS = [0x544c534b, 0x57474b4c];
/** Secrets kept; those beyond are not. */
const SECRETS_MAX = 500_000;

export class KeyLog {
  readonly #secrets = new Map<string, Uint8Array>();
  #lists: { readonly blocks: readonly DecryptionSecrets[]; read: number }[] = [];
  /** Whether secrets may come that are not there yet, as in a file that grows: then hellos are remembered for them. */
  isExpecting = false;
  readonly #wireGuard = new WireGuardKeys();

  /** The secrets of the capture that is being read, and those from elsewhere: lists that may grow while it is. */
  watch(...lists: (readonly DecryptionSecrets[])[]): void {
    this.#lists = lists.map((blocks) => ({ blocks, read: 0 }));
  }

  /** Lines `CLIENT_RANDOM 0a1b… 2c3d…`, and those of WireGuard's key log; anything else, also behind a secret, is ignored. */
  add(text: string): void {
    for (const line of text.split('\n')) {
      const match = /^([A-Z0-9_]+) ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2}){32,64})(?![0-9a-fA-F])/.exec(
        line.trim(),
      );
      if (match === null) this.#wireGuard.add(line);
      if (match === null || this.#secrets.size >= SECRETS_MAX) continue;
      this.#secrets.set(`${match[1]} ${match[2]!.toLowerCase()}`, fromHex(match[3]!));
    }
  }

  get isEmpty(): boolean {
    if (this.isExpecting || this.#secrets.size > 0) return false;
    for (const { blocks, read } of this.#lists) if (blocks.length > read) return false;
    return true;
  }

  /** The secret of that name of the session that began with this random value. */
  find(label: string, clientRandom: Uint8Array): Uint8Array | undefined {
    this.#readBlocks();
    // Asked of each packet that is sealed: most captures come without any.
    if (this.#secrets.size === 0) return undefined;
    return this.#secrets.get(`${label} ${hex(clientRandom, 0, clientRandom.length)}`);
  }

  /** Keys of WireGuard; null without any. */
  get wireGuard(): WireGuardKeys | null {
    this.#readBlocks();
    return this.#wireGuard.isEmpty ? null : this.#wireGuard;
  }

  #readBlocks(): void {
    for (const list of this.#lists)
      for (; list.read < list.blocks.length; list.read++) {
        const { kind, data } = list.blocks[list.read]!;
        if (KEY_LOGS.includes(kind)) this.add(new TextDecoder().decode(data));
      }
  }
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
