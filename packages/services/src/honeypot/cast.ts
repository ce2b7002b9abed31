// A session on record: asciicast version 2, which asciinema plays too. Bytes stand as latin1, so that nothing is lost.

export interface CastHeader {
  readonly session: string;
  readonly protocol: string;
  readonly source: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface CastEvent {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly direction: 'i' | 'o';
  readonly text: string;
}

/** Memory that the records of all visits share. */
export interface Room {
  bytes: number;
}

/** What a line takes in memory besides its characters. */
const LINE_BYTES = 40;

export class Cast {
  readonly #bytesMax: number;
  readonly #room: Room;
  #taken = 0;
  readonly #beganAt: number;
  #lines: string[] = [];
  #bytes = 0;

  /** `bytesMax`: what comes after is not recorded, nor where `room` is full. `beganAt`: milliseconds. */
  constructor(bytesMax: number, beganAt: number, room: Room) {
    this.#bytesMax = bytesMax;
    this.#beganAt = beganAt;
    this.#room = room;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  add(direction: 'i' | 'o', bytes: Uint8Array, now: number): void {
    const room = this.#bytesMax - this.#bytes;
    if (room <= 0 || this.#room.bytes <= 0) return;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(room, bytes.length)).toString('latin1');
    this.#bytes += text.length;
    // One byte a packet makes a line of thirty, and a control character six: what counts is what is kept.
    const line = JSON.stringify([(now - this.#beganAt) / 1000, direction, text]);
    this.#lines.push(line);
    this.#taken += line.length + LINE_BYTES;
    this.#room.bytes -= line.length + LINE_BYTES;
  }

  /** Gives its room back; nothing more is recorded. */
  end(): void {
    this.#room.bytes += this.#taken;
    this.#taken = 0;
    this.#lines = [];
    this.#bytes = this.#bytesMax;
  }

  toText({ session, protocol, source, port, time }: CastHeader): string {
    const header = {
      version: 2,
      width: 80,
      height: 24,
      timestamp: Math.floor(time / 1000),
      title: `${protocol} from ${source} to port ${port}`,
      eyrie: { session, protocol, source, port, time, encoding: 'latin1' },
    };
    return `${[JSON.stringify(header), ...this.#lines].join('\n')}\n`;
  }
}

/** Null where the text is no record of ours. */
export function readCast(text: string): { header: CastHeader; events: CastEvent[] } | null {
  try {
    const [first = '', ...rest] = text.trimEnd().split('\n');
    const header = JSON.parse(first).eyrie as CastHeader;
    if (typeof header.session !== 'string') return null;
    const events = rest.map((line) => {
      const [at, direction, data] = JSON.parse(line) as [number, 'i' | 'o', string];
      return { at, direction, text: data };
    });
    return { header, events };
  } catch {
    return null;
  }
}
