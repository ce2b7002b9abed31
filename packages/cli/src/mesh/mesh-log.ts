// A log of JSON lines, rotated at 5 MiB; three old files are kept.
import { LogFile } from '@eyrie/services/log-file';
import { type MeshNow, meshTimeOf, noMesh } from '@eyrie/services/mesh-time';

const BYTES_MAX = 5 << 20;
const OLD_MAX = 3;

export class MeshLog {
  readonly #file: LogFile;
  /** Adds mesh time to lines if it is known. */
  meshNow: MeshNow = noMesh;

  constructor(path: string) {
    this.#file = new LogFile(path, { bytesMax: BYTES_MAX, filesMax: OLD_MAX, folderMode: 0o700 });
  }

  /** Returns the line as written. */
  write(level: string, message: string, values: Record<string, unknown>): string {
    const stamp = this.meshNow();
    const shared = stamp === null ? {} : { mesh_time: meshTimeOf(stamp) };
    const entry = { time: new Date().toISOString(), ...shared, level, message, ...values };
    const line = `${JSON.stringify(entry)}\n`;
    this.#file.write(line);
    return line;
  }
}
