// `eyrie store`: opens the store, runs one operation, prints the result.
import { putAside } from '@eyrie/services/refused';
import {
  type Removed,
  type Retention,
  type Store,
  StoreError,
  type StoreInfo,
  type StoreOptions,
} from '@eyrie/store';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import { configFrom } from '../pipeline/config.ts';
import { pseudonyms, refusedFolder } from '../pipeline/settings.ts';
import type { StoreCommandOptions } from './options.ts';
import { storeUrl, withStore } from './place.ts';
import { infoText } from './text.ts';

export async function runStore(action: string, options: StoreCommandOptions): Promise<void> {
  const limits = action === 'retain' ? limitsFrom(options) : {};
  const readOnly = action === 'info' || action === 'export';
  const url = storeUrl(options.store, options.config);
  const [result, text] = await withStore(
    url,
    { create: false, readOnly, ...disguise(action, options) },
    (store) => ACTIONS[action]!(store, options, limits),
  );
  console.log(options.json ? JSON.stringify(result, null, 2) : text);
}

/** Commands that take or store addresses need the store's pseudonym key. @throws UserError */
function disguise(action: string, options: StoreCommandOptions): Pick<StoreOptions, 'pseudonymKey'> {
  if (action !== 'erase' && action !== 'resend') return {};
  folderOf(options);
  try {
    return pseudonyms();
  } catch (error) {
    throw new UserError((error as Error).message, FAILED);
  }
}

/** Of what the store refused. Reads the configuration, and takes its keys. @throws UserError */
function folderOf({ config }: StoreCommandOptions): string {
  return refusedFolder(configFrom(config === undefined ? {} : { config }));
}

type Action = (
  store: Store,
  options: StoreCommandOptions,
  limits: Retention,
) => Promise<readonly [unknown, string]>;

const ACTIONS: Readonly<Record<string, Action>> = {
  info: async (store, options) => {
    const [info, text] = shown(await store.info());
    const folder = folderOf(options);
    const { batches, bytes } = putAside(folder);
    const line = `refused   ${batches} batches that it did not take lie in ${folder}: eyrie store resend`;
    return [
      { ...(info as StoreInfo), refused: { folder, batches, bytes } },
      batches > 0 ? `${text}\n${line}` : text,
    ];
  },
  resend: async (store, options) => resend(store, options),
  vacuum: async (store) => shown(await store.vacuum()),
  erase: async (store, options) => erase(store, options),
  retain: async (store, _, limits) => counted(await store.retain(limits)),
  export: async (store, { parquet = '' }) => {
    const files = await store.exportParquet(parquet).catch((error) => {
      // It names the store, which is only read.
      const isFull = (error as { code?: string }).code === 'ERR_STORE_DISK_FULL';
      throw isFull ? new UserError(`${parquet}: the disk is full; free some space`, FAILED) : error;
    });
    return [{ files }, files.join('\n')];
  },
};

/** From the store, and from what it refused: that lies beside it, with the same addresses in it. */
async function erase(store: Store, options: StoreCommandOptions): Promise<readonly [unknown, string]> {
  const { address = '', reason = '' } = options;
  const { unrecorded: untold, ...erased } = await store.erase(address, reason);
  const [removed, text] = counted(erased);
  const { eraseRefused } = await import('@eyrie/services/refused');
  const { deleted, unread } = await eraseRefused(folderOf(options), address);
  const lines = [text];
  if (untold > 0)
    lines.push(
      `left: ${untold} packets of tunnels and the like, of which this store does not know all addresses (they were stored by an older Eyrie): to be sure, delete their captures, or delete and import them again`,
    );
  if (deleted > 0) lines.push(`deleted too: ${deleted} batches that the store had refused`);
  const trouble = options.vacuum === false ? '' : await vacuumTrouble(store);
  if (trouble !== null)
    lines.push(
      `${trouble}its bytes may still lie in free parts of the store: eyrie store vacuum writes it anew`,
    );
  for (const path of unread) lines.push(`left, for it can't be read or deleted: ${path}`);
  const rest = { untold, refused_batches: deleted, unread_batches: unread, vacuumed: trouble === null };
  return [{ ...removed, ...rest }, lines.join('\n')];
}

/** Null if it was written anew. What is erased stays erased where that fails. */
async function vacuumTrouble(store: Store): Promise<string | null> {
  try {
    await store.vacuum();
    return null;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    process.exitCode = FAILED;
    return `${error.message}\n`;
  }
}

async function resend(store: Store, options: StoreCommandOptions): Promise<readonly [unknown, string]> {
  const { resendRefused } = await import('@eyrie/services/refused');
  const resent = await resendRefused(store, folderOf(options), options.all === true);
  const { batches, packets, repeats, left } = resent;
  const lines = [`stored: ${batches} batches, ${packets} packets`];
  if (repeats > 0) lines.push(`deleted: ${repeats} batches that the store has already`);
  for (const { path, why } of left) lines.push(`left: ${path}: ${why}`);
  if (left.length > 0) process.exitCode = FAILED;
  return [resent, lines.join('\n')];
}

function shown(info: StoreInfo): readonly [unknown, string] {
  return [info, infoText(info)];
}

function counted(removed: Removed): readonly [Removed, string] {
  const parts = Object.entries(removed).map(([what, count]) => `${count} ${what}`);
  return [removed, `deleted: ${parts.join(', ')}`];
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const BYTES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** @throws UserError */
function limitsFrom({ age, rows, bytes }: StoreCommandOptions): Retention {
  if (age === undefined && rows === undefined && bytes === undefined)
    throw new UserError(
      'specify how much to keep with --age, --rows or --bytes; see eyrie store retain --help',
      BAD_USAGE,
    );
  return {
    ...(age !== undefined && { ageSeconds: amount('--age', age, /^(\d+)([smhd])$/, SECONDS, '30d or 12h') }),
    ...(rows !== undefined && { rows: amount('--rows', rows, /^(\d+)()$/, BYTES, '1000000') }),
    ...(bytes !== undefined && { bytes: amount('--bytes', bytes, /^(\d+)([KMGT]?)B?$/i, BYTES, '500MB') }),
  };
}

function amount(
  option: string,
  text: string,
  shape: RegExp,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const parts = shape.exec(text.trim());
  const unit = parts === null ? undefined : (units[parts[2]!] ?? units[parts[2]!.toUpperCase()]);
  if (parts === null || unit === undefined)
    throw new UserError(`${option} ${text}: write it as in ${example}`, BAD_USAGE);
  return Number(parts[1]) * unit;
}
