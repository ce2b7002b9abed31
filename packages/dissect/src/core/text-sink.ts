// Where text is put together piece by piece: into a string, or straight into the bytes of an output buffer.

/** A short text of ASCII that stands in very many lines, ready to be written: four characters to a number, the first lowest. */
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
  /** The same with a whole number behind it: ` Ack=1`. */
  named(words: Words, value: number): void;
  /** A whole number from 0 to 2^53, in decimal; `width`: digits at least, with zeros before it. */
  number(value: number, width?: number): void;
  /** ` → `, which stands in nearly every line and is not ASCII. */
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

  arrow(): void {
    this.value += ' → ';
  }
}
