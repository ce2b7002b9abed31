// Files that an operator edits while a peer runs, and which are read again on request. One that cannot be read leaves what
// was read before in force.

/** A file of a peer that can be read again. */
export interface Reloadable {
  /** Its name in the peer's folder. */
  readonly file: string;
  /** Reads it and applies it. @throws Error with one line, and then nothing has changed */
  read(): void;
}

export interface Reloaded {
  file: string;
  /** Why it could not be read; null: it is in force. */
  problem: string | null;
}

export function reload(files: readonly Reloadable[]): Reloaded[] {
  return files.map(({ file, read }) => {
    try {
      read();
      return { file, problem: null };
    } catch (error) {
      return { file, problem: (error as Error).message };
    }
  });
}
