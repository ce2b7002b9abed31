// Open SFTP files and folders of a visitor, by their four-byte handles.

const HANDLES_MAX = 32;
/** Bytes of all open files: a write at a large offset allocates everything before it. */
export const OPEN_BYTES_MAX = 5_000_000;

export interface Handle {
  readonly path: string;
  readonly isWritten: boolean;
  content: Buffer;
  isListed: boolean;
}

export class OpenFiles {
  readonly #hold: (growth: number) => void;
  readonly #handles = new Map<number, Handle>();
  #next = 0;
  #bytes = 0;

  /** @param hold called with the growth of memory in bytes; may be negative */
  constructor(hold: (growth: number) => void) {
    this.#hold = hold;
  }

  /** Returns the handle; null: no room. */
  add(path: string, content: Buffer, isWritten: boolean): Buffer | null {
    if (this.#handles.size >= HANDLES_MAX || !this.#grow(content.length)) return null;
    this.#handles.set(this.#next, { path, isWritten, content, isListed: false });
    const name = Buffer.alloc(4);
    name.writeUInt32BE(this.#next++);
    return name;
  }

  get(name: Buffer): Handle | undefined {
    return name.length === 4 ? this.#handles.get(name.readUInt32BE()) : undefined;
  }

  /** Returns false if there is no such file, or no room. */
  write(name: Buffer, offset: number, data: Buffer): boolean {
    const handle = this.get(name);
    if (handle === undefined) return false;
    const growth = Math.max(0, offset + data.length - handle.content.length);
    if (!this.#grow(growth)) return false;
    if (growth > 0) handle.content = Buffer.concat([handle.content, Buffer.alloc(growth)]);
    data.copy(handle.content, offset);
    return true;
  }

  close(name: Buffer): Handle | undefined {
    const handle = this.get(name);
    if (handle === undefined) return undefined;
    this.#handles.delete(name.readUInt32BE());
    this.#grow(-handle.content.length);
    return handle;
  }

  #grow(bytes: number): boolean {
    if (this.#bytes + bytes > OPEN_BYTES_MAX) return false;
    this.#bytes += bytes;
    this.#hold(bytes);
    return true;
  }
}
