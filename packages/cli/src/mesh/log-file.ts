// A log of JSON lines, rotated at 5 MiB; three old files are kept.
import { appendFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import { type MeshNow, meshTimeOf, noMesh } from '@eyrie/services/mesh-time';

const BYTES_MAX = 5 << 20;
const OLD_MAX = 3;

export class LogFile {
  readonly #path: string;
  /** Adds mesh time to lines if it is known. */
  meshNow: MeshNow = noMesh;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    makeFolder(dirname(path), 0o700);
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Returns the line as written. */
  write(level: string, message: string, values: Record<string, unknown>): string {
    const stamp = this.meshNow();
    const shared = stamp === null ? {} : { mesh_time: meshTimeOf(stamp) };
    const said = { time: new Date().toISOString(), ...shared, level, message, ...values };
    const line = `${JSON.stringify(said)}\n`;
    if (this.#bytes > BYTES_MAX) this.#putAside();
    try {
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#bytes += Buffer.byteLength(line);
    } catch {
      // A full disk must not end the peer: the line still goes to standard error.
    }
    return line;
  }

  #putAside(): void {
    rmSync(`${this.#path}.${OLD_MAX}`, { force: true });
    for (let i = OLD_MAX - 1; i >= 0; i--) {
      const old = i === 0 ? this.#path : `${this.#path}.${i}`;
      if (statSync(old, { throwIfNoEntry: false }) !== undefined) renameSync(old, `${this.#path}.${i + 1}`);
    }
    this.#bytes = 0;
  }
}
