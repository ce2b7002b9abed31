// Ids of connections (C…) and files (F…): 95 random bits in base 62, as Zeek writes them
// (https://docs.zeek.org/en/master/script-reference/scripts.html, `unique_id`). With a seed they are the same in each run.
import { randomFillSync } from 'node:crypto';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 16;

/** Four numbers of 32 bits. */
export type Seed = Uint32Array;

export class Uids {
  readonly #state: Uint32Array;

  constructor(seed: Seed = randomFillSync(new Uint32Array(4))) {
    this.#state = Uint32Array.from(seed);
    for (let i = 0; i < 12; i++) this.#next();
  }

  make(prefix: 'C' | 'F'): string {
    let text: string = prefix;
    // Five digits of base 62 fit into 32 bits; a sixteenth is begun anew.
    while (text.length <= LENGTH) {
      let bits = this.#next();
      for (let i = 0; i < 5 && text.length <= LENGTH; i++) {
        text += DIGITS[bits % 62];
        bits = Math.floor(bits / 62);
      }
    }
    return text;
  }

  /** Chris Doty-Humphrey's sfc32 (PractRand): small, fast, and without known flaws; it need not withstand attackers. */
  #next(): number {
    const s = this.#state;
    const sum = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return sum;
  }
}
