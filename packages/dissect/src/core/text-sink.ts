// Builds text piece by piece, either as a string or directly in the bytes of an output buffer.

import { hex, ipv4Address } from './text.ts';

/** A short ASCII text that many lines contain, prepared for writing: four characters per 32-bit word, the first one lowest. */
export class Words {
  readonly text: string;
  readonly length: number;
  readonly fours: Int32Array;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
    this.fours = new Int32Array(Math.ceil(text.length / 4));
    for (let i = 0; i < text.length; i++) this.fours[i >> 2]! |= text.charCodeAt(i) << (8 * (i & 3));
  }
}

export interface TextSink {
  text(text: string): void;
  words(words: Words): void;
  /** The words followed by an integer: ` Ack=1`. */
  named(words: Words, value: number): void;
  /** An integer from 0 to 2^53 in decimal, padded with zeros to at least `width` digits. */
  number(value: number, width?: number): void;
  /** Bytes in hexadecimal; `separator`: a character code between them, 0 for none. */
  hex(b: Uint8Array, start: number, end: number, separator?: number): void;
  /** The IPv4 address at `from`. */
  ipv4(b: Uint8Array, from: number): void;
  /** ` → `, which nearly every line contains and which is not ASCII. */
  arrow(): void;
}

export class StringSink implements TextSink {
  value = '';

  text(text: string): void {
    this.value += text;
  }

  words(words: Words): void {
    this.value += words.text;
  }

  named(words: Words, value: number): void {
    this.value += words.text + value;
  }

  number(value: number, width = 1): void {
    this.value += String(value).padStart(width, '0');
  }

  hex(b: Uint8Array, start: number, end: number, separator = 0): void {
    this.value += hex(b, start, end, separator === 0 ? '' : String.fromCharCode(separator));
  }

  ipv4(b: Uint8Array, from: number): void {
    this.value += ipv4Address(b, from);
  }

  arrow(): void {
    this.value += ' → ';
  }
}
