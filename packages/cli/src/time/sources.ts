// From what was typed to sources that can be asked.
import { readFileSync } from 'node:fs';
import {
  ClockError,
  HostClock,
  parseKeys,
  Source,
  type SourceOptions,
  type SymmetricKey,
} from '@eyrie/clock';
import { fileError, UserError } from '../errors.ts';

const PORT_MAX = 65_535;
const SAMPLES_MAX = 64;
/** A server that is far away answers within a second, one that is not there never does. */
const TIMEOUT_MS = 2000;

export interface ServerOptions {
  readonly nts?: boolean;
  readonly ca?: string;
  readonly keys?: string;
  readonly keyId?: string;
}

export function sourcesOf(servers: readonly string[], options: ServerOptions): Source[] {
  const clock = new HostClock();
  return servers.map((server) => new Source(sourceOptions(server, options), clock));
}

function keyOf({ nts, keys, keyId }: ServerOptions): SymmetricKey | undefined {
  if (keys === undefined && keyId === undefined) return undefined;
  if (keys === undefined || keyId === undefined)
    throw new UserError('a key needs both --keys FILE and --key-id NUMBER');
  if (nts === true) throw new UserError('--nts and --keys are two ways of authentication: take one');
  const key = keysIn(keys).get(Number(keyId));
  if (key === undefined) throw new UserError(`${keys} has no key ${keyId}`);
  return key;
}

function keysIn(path: string): Map<number, SymmetricKey> {
  try {
    return parseKeys(readFile(path).toString('latin1'));
  } catch (error) {
    throw error instanceof ClockError ? new UserError(`${path}: ${error.message}`) : error;
  }
}

/** With NTS the port is that of the key server, which says where the time is. */
export function sourceOptions(server: string, options: ServerOptions): SourceOptions {
  const { nts, ca } = options;
  const key = keyOf(options);
  const { host, port } = hostAndPort(server);
  if (!nts) return { host, port, key, timeoutMs: TIMEOUT_MS };
  return { host, nts: { port, ca: ca === undefined ? undefined : readFile(ca) }, timeoutMs: TIMEOUT_MS };
}

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`, `IPV6`. */
function hostAndPort(text: string): { host: string; port?: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  if (match === null) {
    if (text.split(':').length > 2) return { host: text };
    throw new UserError(`'${text}' is not a server: HOST or HOST:PORT`);
  }
  const host = match[1] ?? match[2]!;
  return match[3] === undefined ? { host } : { host, port: portOf(match[3]) };
}

export function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return port;
  throw new UserError(`'${text}' is not a port: a number up to ${PORT_MAX}`);
}

export function samplesOf(text: string): number {
  const samples = Number(text);
  if (Number.isInteger(samples) && samples >= 1 && samples <= SAMPLES_MAX) return samples;
  throw new UserError(`--samples takes a number from 1 to ${SAMPLES_MAX}, not '${text}'`);
}

export function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError(path, error);
  }
}
