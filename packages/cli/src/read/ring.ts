// `-b` and `-a filesize:`: live packets into a series of files, of which the oldest are deleted; named as dumpcap names them.
import { appendFileSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { parse } from 'node:path';
import { type CaptureOutput, createGrowingCapture, type OutputOptions } from '@eyrie/capture';
import type { Frame, Packet } from '@eyrie/dissect';
import type { Printer } from './printer.ts';
import { reported, userError } from './write.ts';

/** Conditions for the end of a file, and how many are kept. Infinity: no limit. */
export interface RingPlan {
  /** False: one file with exactly the given name (-a filesize: without -b). */
  readonly isSeries: boolean;
  /** The packet that reaches this is the file's last. */
  readonly fileBytesMax: number;
  readonly filePacketsMax: number;
  readonly fileSeconds: number;
  /** A file ends when the clock is a multiple of this, in seconds: 3600 for every full hour (-b interval:). */
  readonly intervalSeconds: number;
  /** Where names of finished files are printed: a file, stdout or stderr (-b printname:). Null: nowhere. */
  readonly printName: string | null;
  /** Number of files kept (-b files:). */
  readonly filesKept: number;
  /** The capture ends after this many (-a files:). */
  readonly filesMax: number;
}

const FILES_MAX = 100_000;

/** `office_00001_20260101120000.pcapng`, in local time. `number` begins again after 99999, as dumpcap's does. */
export function ringName(path: string, number: number, date: Date): string {
  const { root, dir, name, ext } = parse(path);
  const folder = dir === '' || dir === root ? dir : `${dir}/`;
  const digits = (value: number, width = 2): string => String(value).padStart(width, '0');
  const day = digits(date.getFullYear(), 4) + digits(date.getMonth() + 1) + digits(date.getDate());
  const time = digits(date.getHours()) + digits(date.getMinutes()) + digits(date.getSeconds());
  return `${folder}${name}_${digits(number % FILES_MAX, 5)}_${day}${time}${ext}`;
}

/** Milliseconds until the clock is a multiple of `seconds`; Infinity where there is no such time. */
export function untilMultiple(seconds: number, nowMs: number): number {
  return Number.isFinite(seconds) ? seconds * 1000 - (nowMs % (seconds * 1000)) : Number.POSITIVE_INFINITY;
}

export class RingPrinter implements Printer {
  readonly #path: string;
  readonly #plan: RingPlan;
  readonly #options: OutputOptions;
  readonly #end: () => void;
  readonly #paths: string[] = [];
  #output: CaptureOutput;
  #count = 1;
  #timer: NodeJS.Timeout | undefined;
  /** Earlier files are closed and deleted in order. */
  #retiring: Promise<void> = Promise.resolve();
  #isFull = false;

  /** `end` is called after the last file that the plan allows. @throws UserError */
  constructor(path: string, plan: RingPlan, options: OutputOptions, end: () => void) {
    this.#path = path;
    this.#plan = plan;
    this.#options = options;
    this.#end = end;
    this.#output = this.#begin();
  }

  see(_: Packet, frame: Frame): void {
    if (this.#isFull) return;
    const output = this.#output;
    try {
      output.write(frame);
    } catch (error) {
      throw userError(error);
    }
    const { fileBytesMax, filePacketsMax } = this.#plan;
    if (output.byteCount >= fileBytesMax || output.frameCount >= filePacketsMax) this.#next();
  }

  async drain(): Promise<void> {
    await reported(() => this.#retiring);
    if (!this.#isFull) await reported(() => this.#output.flush());
  }

  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    await reported(() => this.#retiring);
    if (this.#isFull) return;
    await reported(() => this.#output.close());
    this.#report(this.#paths.at(-1)!);
  }

  async abandon(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#retiring.catch(() => {});
    if (!this.#isFull) await this.#output.abandon();
  }

  #begin(): CaptureOutput {
    const { isSeries, fileSeconds, intervalSeconds } = this.#plan;
    const path = isSeries ? ringName(this.#path, this.#count, new Date()) : this.#path;
    try {
      const output = createGrowingCapture(path, this.#options);
      this.#paths.push(path);
      // The time limit of a file applies also without packets.
      const ms = Math.min(fileSeconds * 1000, untilMultiple(intervalSeconds, Date.now()));
      if (Number.isFinite(ms)) this.#timer = setTimeout(() => this.#next(), ms);
      return output;
    } catch (error) {
      throw userError(error);
    }
  }

  /** Ends this file and begins the next at once, since packets do not wait; or ends the capture. */
  #next(): void {
    clearTimeout(this.#timer);
    const { filesKept, filesMax } = this.#plan;
    const last = this.#output;
    const lastPath = this.#paths.at(-1)!;
    const isFull = this.#count >= filesMax;
    const problem = isFull ? null : this.#tryBegin();
    const surplus = this.#paths.splice(0, Math.max(0, this.#paths.length - filesKept));
    this.#retiring = this.#retiring.then(async () => {
      await last.close();
      this.#report(lastPath);
      for (const path of surplus) await unlink(path).catch(() => {});
      if (problem !== null) throw problem;
    });
    // The next drain, or finish, reports the error; until then it must not go unhandled.
    this.#retiring.catch(() => {});
    this.#isFull = isFull || problem !== null;
    if (this.#isFull) this.#end();
  }

  /** Prints the name of a finished file. */
  #report(path: string): void {
    const { printName } = this.#plan;
    if (printName === null) return;
    if (printName === 'stdout' || printName === 'stderr') process[printName].write(`${path}\n`);
    else {
      try {
        appendFileSync(printName, `${path}\n`);
      } catch (error) {
        throw userError(error);
      }
    }
  }

  /** The error if the next file cannot be created. */
  #tryBegin(): unknown {
    this.#count++;
    try {
      this.#output = this.#begin();
      return null;
    } catch (error) {
      return error;
    }
  }
}
