// The control socket, over which a shell of the same user talks to a running peer: JSON lines, one request and one
// answer each. It lies in the peer's private folder and also shows that the peer is running.

import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** `sun_path` of unix(7) less its final zero. */
const PATH_BYTES_MAX = 103;
const LINE_BYTES_MAX = 4 << 20;

/** After this long without an answer the peer is probed. */
const SILENCE_MS = 5_000;
const HANGS = 'this peer runs, but does not answer: is its process stopped, or its machine overloaded?';

export type Parameters = Record<string, unknown>;
export type Methods = Record<string, (parameters: Parameters) => unknown>;
/** `ERR_PEER_HANGS`: the peer's process runs, but does not answer. */
export type ControlErrorCode = 'ERR_PEER_STOPPED' | 'ERR_PEER_HANGS' | 'ERR_PEER_UNKNOWN';

export class ControlError extends Error {
  /** Null: the request was wrong, or could not be done. */
  readonly code: ControlErrorCode | null;

  constructor(message: string, code: ControlErrorCode | null = null) {
    super(message);
    this.code = code;
  }
}

export function controlPath(folder: string): string {
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\eyrie-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const path = join(folder, 'control.sock');
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return path;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return join(process.env.XDG_RUNTIME_DIR || tmpdir(), `eyrie-${userInfo().uid}`, `${name}.sock`);
}

/**
 * Where the socket has to lie outside of the peer's folder, somebody else may have created its directory first.
 *
 * @throws ControlError if others can enter it
 */
function checkPlace(path: string): void {
  if (process.platform === 'win32') return;
  const place = lstatSync(dirname(path), { throwIfNoEntry: false });
  if (place === undefined) return;
  if (!place.isDirectory() || place.uid !== process.getuid?.() || (place.mode & 0o077) !== 0)
    throw new ControlError(
      `${dirname(path)} is open to others: remove it, or set XDG_RUNTIME_DIR to a folder of your own`,
    );
}

/** Answers until it is closed. @throws ControlError if the peer of that folder runs already */
export async function serveControl(folder: string, methods: Methods): Promise<Server> {
  const path = controlPath(folder);
  checkPlace(path);
  if (await isServed(path)) throw new ControlError('this peer runs already');
  if (process.platform !== 'win32') {
    makeFolder(dirname(path), 0o700);
    // Left behind by a run that crashed.
    rmSync(path, { force: true });
  }
  const server = createServer((socket) => serveSocket(socket, methods));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return server;
}

function serveSocket(socket: Socket, methods: Methods): void {
  socket.on('error', () => socket.destroy());
  onLines(socket, async (line) => {
    const answer = await answerTo(line, methods);
    if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
  });
}

async function answerTo(line: string, methods: Methods): Promise<object> {
  try {
    const { method, parameters } = JSON.parse(line);
    const answer = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (answer === undefined) return { error: `this peer cannot "${method}": is it of another version?` };
    return { result: (await answer(parameters ?? {})) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Asks the running peer of a folder, and waits as long as that peer answers at all.
 *
 * @param timeoutMs wait no longer than that; 0: until there is an answer
 * @throws ControlError with one line
 */
export function callPeer(
  folder: string,
  method: string,
  parameters: Parameters = {},
  timeoutMs = 0,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const path = controlPath(folder);
    checkPlace(path);
    const socket = connect(path);
    socket.setTimeout(timeoutMs || SILENCE_MS);
    socket.on('timeout', () => {
      if (timeoutMs > 0) return socket.destroy(new ControlError(HANGS, 'ERR_PEER_HANGS'));
      const goOn = () => socket.setTimeout(SILENCE_MS);
      callPeer(folder, 'status', {}, SILENCE_MS).then(goOn, (error: Error) => socket.destroy(error));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof ControlError) return reject(error);
      const isStopped = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      if (!isStopped) return reject(new ControlError(error.message));
      const advice = `eyrie mesh start ${basename(folder)}`;
      reject(new ControlError(`this peer does not run: ${advice}`, 'ERR_PEER_STOPPED'));
    });
    socket.once('close', () => reject(new ControlError('the peer ended before it answered')));
    onLines(socket, (line) => {
      const { error, result } = JSON.parse(line);
      if (error === undefined) resolve(result);
      else reject(new ControlError(error));
      socket.end();
    });
    socket.write(`${JSON.stringify({ method, parameters })}\n`);
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function onLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    if (rest.length > LINE_BYTES_MAX) return socket.destroy();
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line !== '') onLine(line);
  });
}
