// Which files of tests failed. Not where the failed tests stand: some stand in a file that several run, as the store's
// compliance does, or run with another store, and a hook of a file in a shared process is reported without its place.

import { relative } from 'node:path';
import type { EventData } from 'node:test';
import { ENTRIES, filesOf } from './processes.ts';

export class FailedFiles {
  readonly #root: string;
  /** Also those of shared processes: the suite of each is named as the file is. */
  readonly #known: ReadonlySet<string>;
  readonly #failed = new Set<string>();

  /** @param files that are run, as paths from `root` */
  constructor(root: string, files: readonly string[]) {
    this.#root = root;
    this.#known = new Set([...files, ...ENTRIES.flatMap(filesOf)]);
  }

  /** A process that ends with a status other than 0 fails as a test of its name. */
  addTest({ name, nesting }: EventData.TestFail): void {
    if (nesting === 0 && this.#known.has(name)) this.#failed.add(name);
  }

  /** Each process sends a summary, and one is of all. */
  addSummary({ file, success }: EventData.TestSummary): void {
    if (file !== undefined && !success) this.#failed.add(relative(this.#root, file));
  }

  /** Paths from the root; a shared process itself only if none of its files failed. */
  list(): string[] {
    const isNamed = (file: string): boolean => this.#failed.has(file);
    return [...this.#failed].filter((file) => !ENTRIES.includes(file) || !filesOf(file).some(isNamed)).sort();
  }
}
