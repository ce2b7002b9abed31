// What the commands of the pipeline share, from their configuration: the log, the store, the ring, keys, Zeek's logs.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { KeyLogFile, makeFolder, parseRing, type RingLimits, readKeyFile } from '@eyrie/capture';
import { bytesIn, type Config, secondsIn } from '@eyrie/services/config';
import { type Level, type Log, type OpenLog, openLog } from '@eyrie/services/log';
import type { LiveLogsOptions, LogFormat } from '@eyrie/services/zeek';
import { openStore, type QueryReport, type Store, type StoreOptions } from '@eyrie/store';
import { defaultStoreUrl, stateFolder } from '../base-folders.ts';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import { watchMesh } from '../time/mesh-watch.ts';
import { pathFrom, pseudonymKeyPath } from './config.ts';
import { userError } from './user-error.ts';

/** @throws UserError when the folder cannot be made */
export function logFor(service: string, { log }: Config): OpenLog {
  const { level, folder, file_bytes: fileBytesMax, files: filesMax } = log;
  try {
    return openLog({
      ...{ service, fileBytesMax, filesMax, level: level as Level },
      folder: folder === '' ? null : resolve(process.env.INIT_CWD ?? '', folder),
      meshNow,
    });
  } catch (error) {
    throw new UserError(
      `${folder}: logs cannot be kept there: ${(error as Error).message}; choose another with --log-folder, or none: --log-folder ''`,
      FAILED,
    );
  }
}

/** The log of access to packets' bytes: a file of its own, which is kept longer than the others. None where no logs are kept. */
export function auditFor(config: Config): Log | undefined {
  return fileOnly('audit', AUDIT_FILES, config) ?? undefined;
}

/** The log of findings, for log collectors. Null where no logs are kept. */
export function findingsLog(config: Config): Log | null {
  return fileOnly('findings', config.log.files, config);
}

function fileOnly(service: string, filesMax: number, { log }: Config): Log | null {
  if (log.folder === '') return null;
  const folder = resolve(process.env.INIT_CWD ?? '', log.folder);
  return openLog({ service, folder, fileBytesMax: log.file_bytes, filesMax, screen: null, meshNow });
}

const AUDIT_FILES = 100;

/** With 64 MB full batches are stored and questions answered, but a store of a million packets can no longer be exported. */
const STORE_BYTES_MIN = 128e6;

/** One watch for all logs of this process. */
const meshNow = watchMesh();

/** Whether the default store has packets: its existence proves nothing, since a failed capture makes it, too. @throws UserError */
export async function hasOwnPackets(): Promise<boolean> {
  if (!existsSync(defaultStoreUrl().slice('duckdb:'.length))) return false;
  const store = await storeAt('');
  try {
    return (await store.info()).packets > 0;
  } catch (error) {
    return userError(error);
  } finally {
    await store.close();
  }
}

/** @throws UserError */
export async function storeAt(url: string, options: StoreOptions = {}): Promise<Store> {
  const place = url === '' ? defaultStoreUrl() : url;
  if (place === defaultStoreUrl()) makeDataFolder(dirname(place.slice('duckdb:'.length)));
  try {
    return await openStore(place, { onMigration, ...options, ...pseudonyms() });
  } catch (error) {
    return userError(error);
  }
}

/** The queries of an analyzer, in its log. */
export function queryLogger(log: Pick<Log, 'debug'>): (report: QueryReport) => void {
  return ({ sql, rows, ms }) => log.debug(sql.replaceAll(/\s+/g, ' '), { rows, ms: Math.round(ms) });
}

/** What a server's store is opened with. @throws UserError */
export function serverStore({ store }: Config): StoreOptions {
  const memoryBytesMax = bytesIn(store.memory);
  if (memoryBytesMax === 0) return {};
  if (memoryBytesMax < STORE_BYTES_MIN)
    throw new UserError(
      `store.memory ${store.memory}: below 128MB DuckDB cannot do everything, such as an export; 0 leaves it to Eyrie`,
      BAD_USAGE,
    );
  return { memoryBytesMax };
}

/**
 * Threads of an embedded store, which answers no queries during an import: it takes in a row group with one thread anyway, and
 * where it has two, one waits for the other by asking again and again whether it is done.
 */
const IMPORT_THREADS = 1;

/** Memory for buffers of an embedded store; without a bound, it would keep all of a large file that it wrote. */
const IMPORT_BYTES_MAX = 256 * 2 ** 20;
/** The same beside a live capture, which goes on for days beside other programs. A flood of four million addresses can be counted. */
const LIVE_BYTES_MAX = 512 * 2 ** 20;

/** What the store of an import is opened with. @throws UserError */
export function importStore(config: Config): StoreOptions {
  return { threads: IMPORT_THREADS, memoryBytesMax: IMPORT_BYTES_MAX, ...serverStore(config) };
}

/** What the store of a live capture is opened with. @throws UserError */
export function liveStore(config: Config): StoreOptions {
  return { memoryBytesMax: LIVE_BYTES_MAX, ...serverStore(config) };
}

function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw new UserError(
      `${folder}: this folder of the store cannot be made: ${(error as Error).message}; set XDG_DATA_HOME to another`,
      FAILED,
    );
  }
}

/** A migration may take long: its progress goes to stderr. */
export function onMigration(line: string): void {
  console.error(`eyrie: ${line}`);
}

/** What a store that holds pseudonyms is opened with, once the configuration is read. */
export function pseudonyms(): Pick<StoreOptions, 'pseudonymKey'> {
  const path = pseudonymKeyPath();
  return path === '' ? {} : { pseudonymKey: readKeyFile(resolve(path)) };
}

/** The ring's limits and folder. @throws UserError */
export function ringFrom({ capture }: Config): { ring: RingLimits; ringFolder: string } {
  const limits = parseRing(capture.ring);
  if (limits === null)
    throw new UserError(
      `--ring ${capture.ring}: must be a number of files, at least 2, and their size, as in 20x100MB`,
    );
  return {
    ring: { ...limits, ageSecondsMax: capture.ring_age === 0 ? Infinity : capture.ring_age },
    ringFolder: capture.ring_folder === '' ? join(stateFolder(), 'ring') : resolve(capture.ring_folder),
  };
}

/** Where the parser puts aside what the store refuses for good. */
export function refusedFolder({ parser }: Config): string {
  return parser.refused_folder === '' ? join(stateFolder(), 'refused') : resolve(parser.refused_folder);
}

/** The file of TLS secrets, once it can be read; '': none. @throws UserError */
export function keyLogFrom({ parser: { keylog } }: Config): string {
  if (keylog === '') return '';
  const path = resolve(pathFrom(keylog));
  try {
    return new KeyLogFile(path).path;
  } catch (error) {
    throw new UserError(`--keylog ${(error as Error).message}`, BAD_USAGE);
  }
}

/** Zeek's logs of live traffic, once they can be written; null: none. @throws UserError */
export function liveLogsFrom({ logs, store }: Config): LiveLogsOptions | null {
  if (logs.folder === '') return null;
  if (store.pseudonym_key !== '')
    throw new UserError(
      '[logs] folder: they would say whose addresses [store] pseudonym_key hides; leave out one of the two',
      BAD_USAGE,
    );
  const folder = resolve(process.env.INIT_CWD ?? '', logs.folder);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(
      `[logs] folder = "${logs.folder}": nothing can be written there: ${(error as Error).message}`,
      FAILED,
    );
  }
  const [rotateSeconds, keepSeconds] = [secondsIn(logs.rotate), secondsIn(logs.keep)];
  return { folder, format: logs.format as LogFormat, rotateSeconds, keepSeconds };
}
