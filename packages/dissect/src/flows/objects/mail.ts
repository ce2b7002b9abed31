// Mail messages (RFC 5322) as transferred by SMTP, POP or IMAP.
import { utf8 } from '../../core/bytes.ts';
import { type Packet, SHOWN } from '../../core/packet.ts';
import type { ObjectReader, OnObject } from './object.ts';

/** Bytes of the header that are searched for the subject. */
const HEADER_BYTES_MAX = 64 << 10;
const SUBJECT_CHARACTERS_MAX = 100;

export class MailObjects implements ObjectReader {
  readonly #onObject: OnObject;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== 'imf' || (p.flags[layer]! & SHOWN) === 0) continue;
      const data = p.bufferOf(layer).subarray(p.start[layer]!, p.stop[layer]!);
      if (data.length === 0) continue;
      const header = utf8(data, 0, Math.min(data.length, HEADER_BYTES_MAX)).split(/\r?\n\r?\n/, 1)[0]!;
      const from = /^from:(.*)$/im.exec(header)?.[1] ?? '';
      const host = /@([^\s<>]+)/.exec(from)?.[1] ?? '';
      const subject =
        /^subject:[ \t]*(.*)$/im.exec(header)?.[1]?.slice(0, SUBJECT_CHARACTERS_MAX).trim() ?? '';
      const name = `${subject === '' ? 'mail' : subject}.eml`;
      this.#onObject({ frame: p.number, host, type: 'message/rfc822', name, data });
    }
  }
}
