// Where text is put together piece by piece: into a string, or straight into the bytes of an output buffer.

export interface TextSink {
  text(text: string): void;
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

  number(value: number, width = 1): void {
    this.value += String(value).padStart(width, '0');
  }

  arrow(): void {
    this.value += ' → ';
  }
}
