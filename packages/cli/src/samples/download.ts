// One file over HTTP to disk: resumed where an earlier try stopped, checked, and only then given its name.
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '@eyrie/capture';
import { FAILED, UserError } from '../errors.ts';
import { isComplete, sizeOf } from './cache.ts';
import { get } from './http.ts';

export interface Download {
  readonly url: string;
  /** Where the file shall be. While it is on its way it is `path` + `.part`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly signal?: AbortSignal;
  /** Called with the bytes on disk so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Tries in a row without a byte more than before, 4 by default. */
  readonly triesMax?: number;
  /** The pause before the second try, 500 ms by default; it doubles from try to try. */
  readonly pauseMs?: number;
  /** How long the server may be silent, 30,000 ms by default. */
  readonly silenceMsMax?: number;
}

/** `cached`: the file was there already. */
export type Outcome = 'fetched' | 'cached';

function makeCacheFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UserError(
      `${folder}: this folder cannot be made: ${(error as Error).message}; name another one with --to`,
      FAILED,
    );
  }
}

/** Worth another try: the line broke, or the server is busy. */
class Interrupted extends Error {}

/**
 * Brings `download.url` to `download.path`. Throws a UserError that says what to do when the server will not give
 * the file, or gives another; the signal's reason when aborted. What came so far stays in the .part file.
 */
export async function downloadFile(download: Download): Promise<Outcome> {
  const { path, signal, triesMax = 4, pauseMs = 500 } = download;
  if (await isComplete(path, download)) return 'cached';
  makeCacheFolder(dirname(path));
  let pause = pauseMs;
  let furthest = (await sizeOf(partOf(path))) ?? 0;
  for (let tries = 1; ; ) {
    signal?.throwIfAborted();
    try {
      await once(download);
      return 'fetched';
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const size = (await sizeOf(partOf(path))) ?? 0;
      if (size > furthest) {
        furthest = size;
        tries = 1;
        pause = pauseMs;
        continue;
      }
      if (++tries > triesMax) {
        throw new UserError(
          `${basename(path)}: ${error.message}; run the command again to go on from here`,
          FAILED,
        );
      }
      await sleep(pause, undefined, { signal });
      pause *= 2;
    }
  }
}

/** One try: what is missing of the .part file, then its checks. */
async function once(download: Download): Promise<void> {
  const part = partOf(download.path);
  let have = (await sizeOf(part)) ?? 0;
  if (have >= download.bytes && !(await isComplete(part, download))) {
    await discard(download.path);
    have = 0;
  }
  if (have < download.bytes || have === 0) await receive(download, have);
  if (await isComplete(part, download)) {
    await rename(part, download.path);
    await rm(tagOf(download.path), { force: true });
    return;
  }
  await discard(download.path);
  // Pieces of two versions do not make a file: once more from the beginning.
  if (have > 0) throw new Interrupted('what an earlier try left did not fit');
  throw changed(download, 'its SHA-256 is not the one in the manifest');
}

const partOf = (path: string): string => `${path}.part`;
/** The validator of the bytes in the .part file, for If-Range. */
const tagOf = (path: string): string => `${path}.part.etag`;

/** One request; appends to the .part file, or writes it anew if the server sends all. */
async function receive(download: Download, have: number): Promise<void> {
  const { url, path, bytes } = download;
  const silence = new Silence(download.silenceMsMax ?? 30_000);
  const signal = download.signal ? AbortSignal.any([download.signal, silence.signal]) : silence.signal;
  try {
    const response = await request(url, await resumeHeaders(path, have), signal);
    const start = await placeOf(response, have, download);
    const length = response.headers['content-length'];
    const encoded = response.headers['content-encoding'] !== undefined;
    if (length !== undefined && !encoded && start + Number(length) !== bytes) {
      response.destroy();
      await discard(path);
      throw changed(download, `the server has ${start + Number(length)} bytes, the manifest says ${bytes}`);
    }
    if (start === 0) await rememberTag(path, response.headers);
    const file = await open(partOf(path), start === 0 ? 'w' : 'a');
    try {
      await write(response, file, start, download, silence);
    } finally {
      await file.close();
    }
  } finally {
    silence.end();
  }
}

/** Asks for the rest only if it is the rest of what is here (RFC 9110 §13.1.5, §14.2). */
async function resumeHeaders(path: string, have: number): Promise<Record<string, string>> {
  // A compressed reply would have other ranges and another length.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have === 0) return headers;
  headers.range = `bytes=${have}-`;
  const tag = await readFile(tagOf(path), 'utf8').catch(() => '');
  if (tag) headers['if-range'] = tag;
  return headers;
}

/** Only a strong entity tag, or else the date, may stand in If-Range (RFC 9110 §13.1.5). */
async function rememberTag(path: string, headers: IncomingHttpHeaders): Promise<void> {
  const { etag } = headers;
  const validator = etag && !etag.startsWith('W/') ? etag : headers['last-modified'];
  if (validator) await writeFile(tagOf(path), validator);
  else await rm(tagOf(path), { force: true });
}

async function request(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await get(url, headers, signal);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Interrupted(`no answer from ${new URL(url).host} (${code ?? message})`);
  }
}

/** Where in the file the body of `response` begins. Throws if it has none of the file. */
async function placeOf(response: IncomingMessage, have: number, download: Download): Promise<number> {
  const status = response.statusCode ?? 0;
  if (status === 200) return 0;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '');
    if (range && Number(range[1]) === have && have > 0) return have;
  }
  response.destroy();
  // 416: what is here is longer than the file, or not of it (RFC 9110 §15.5.17); so is a 206 of another place.
  if (status === 416 || status === 206) {
    await discard(download.path);
    throw new Interrupted('the server could not go on where the last try stopped');
  }
  if (status === 408 || status === 429 || status >= 500)
    throw new Interrupted(`the server answered ${status}`);
  throw new UserError(
    `${basename(download.path)}: the server answered ${status} for ${download.url}; try another place with --from URL`,
    FAILED,
  );
}

async function write(
  response: IncomingMessage,
  file: FileHandle,
  start: number,
  download: Download,
  silence: Silence,
): Promise<void> {
  let at = start;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      silence.broken();
      if (at + chunk.length > download.bytes) {
        await discard(download.path);
        throw changed(download, `the server sent more than the ${download.bytes} bytes of the manifest`);
      }
      for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
      at += chunk.length;
      download.onProgress?.(at);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof UserError) throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO') throw error;
    throw new Interrupted('the connection broke');
  }
  if (at < download.bytes)
    throw new Interrupted(`the connection ended after ${at} of ${download.bytes} bytes`);
}

async function discard(path: string): Promise<void> {
  await rm(partOf(path), { force: true });
  await rm(tagOf(path), { force: true });
}

function changed(download: Download, how: string): UserError {
  return new UserError(
    `${basename(download.path)}: ${how}; nothing was kept, try another place with --from URL`,
    FAILED,
  );
}

/** Aborts its signal when no data arrive for a while. */
class Silence {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(msMax: number) {
    this.#timer = setTimeout(() => this.#abort.abort(new Error(`no data for ${msMax} ms`)), msMax);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
