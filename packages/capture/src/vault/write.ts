// Encrypts a stream of bytes, such as an upload.
import { Transform } from 'node:stream';
import type { VaultKey } from './key.ts';
import { RECORD_PLAIN_MAX, Sealer } from './records.ts';

export function encrypting(key: VaultKey): Transform {
  const sealer = new Sealer(key);
  let isBegun = false;
  let held: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (!isBegun) this.push(sealer.head);
      isBegun = true;
      held = Buffer.concat([held, chunk]);
      const whole = held.length - (held.length % RECORD_PLAIN_MAX);
      if (whole > 0) this.push(sealer.seal(held.subarray(0, whole)));
      held = held.subarray(whole);
      done();
    },
    flush(done) {
      if (!isBegun) this.push(sealer.head);
      this.push(sealer.seal(held));
      this.push(sealer.end());
      done();
    },
  });
}
