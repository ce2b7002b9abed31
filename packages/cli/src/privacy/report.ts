// `eyrie privacy report`: what is stored on this machine, and where.
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { isVault } from '@eyrie/capture';
import { eyrieHome, FolderStorage, isLocked, peersIn } from '@eyrie/mesh';
import type { Config } from '@eyrie/services/config';
import { BOUNDS } from '@eyrie/services/honeypot';
import { REFUSED_KEPT } from '@eyrie/services/refused';
import { defaultStoreUrl, honeypotFolder, uploadFolder } from '../base-folders.ts';
import { configFrom } from '../pipeline/config.ts';
import { refusedFolder, ringFrom } from '../pipeline/settings.ts';
import { shellWord } from '../terminal/shell.ts';
import { table } from '../terminal/table.ts';
import { bytesText } from '../terminal/units.ts';
import { isOnEncryptedDisk } from './disk.ts';

/** Files looked at in one place; of more, the rest is not counted, and the report says so. */
export const FILES_MAX = 20_000;

export interface Kept {
  readonly what: string;
  readonly place: string;
  readonly files: number;
  readonly bytes: number;
  /** Of the oldest and the newest file: ISO 8601; null where there is none. */
  readonly since: string | null;
  readonly until: string | null;
  readonly encrypted: 'yes' | 'no' | 'partly' | '-';
  /** How long it stays. */
  readonly kept: string;
  readonly erase: string;
  readonly isWhole: boolean;
  /** Whether a file below `place`, named from there on, belongs to this entry. */
  readonly wanted: (name: string) => boolean;
  /** Whether one of several files may be deleted alone; without it, the advice for all holds for each. */
  readonly each?: 'deletable' | 'needed';
}

export async function report({ config: path, json }: { config?: string; json?: boolean }): Promise<void> {
  const config = configFrom(path === undefined ? {} : { config: path });
  const logs = logsOf(config);
  const all = keptHere(config);
  const looks = logs === null ? 0 : countLooks(join(logs, 'audit.log'));
  if (json === true) {
    console.log(JSON.stringify({ kept: all, looks, key: config.capture.key !== '' }, null, 2));
    return;
  }
  console.log(textOf(all, looks, config.capture.key !== ''));
}

function logsOf({ log }: Config): string | null {
  return log.folder === '' ? null : resolve(log.folder);
}

/** The store first, then all places with files. */
export function keptHere(config: Config): Kept[] {
  const { ring, ringFolder } = ringFrom(config);
  const logs = logsOf(config);
  const url = config.store.url === '' ? defaultStoreUrl() : config.store.url;
  const age = ring.ageSecondsMax === Infinity ? '' : `, ${ring.ageSecondsMax / 3600} h at most`;
  const home = eyrieHome();
  return [
    storeKept(url, config.store),
    kept(
      'live packets (ring)',
      ringFolder,
      `${bytesText(ring.filesMax * ring.fileBytesMax)} at most${age}`,
      `rm -r ${shellWord(ringFolder)}`,
    ),
    kept(
      'packets that the store refused',
      refusedFolder(config),
      REFUSED_KEPT,
      'eyrie store erase --address ADDRESS, or rm the files',
    ),
    kept('uploaded captures', uploadFolder(), 'until deleted', 'on the page, or DELETE /captures/ID'),
    kept(
      'honeypot: visits, what was typed, files left',
      honeypotFolder(),
      `${bytesText(BOUNDS.diskBytesMax)} at most`,
      `rm -r ${shellWord(honeypotFolder())}`,
    ),
    ...peersIn(home).flatMap((id) => peerKept(join(home, 'peers', id), id)),
    {
      ...kept('logs of peers', join(home, 'logs'), '4 x 5 MB each', `rm ${shellWord(join(home, 'logs'))}/*`),
      each: 'deletable',
    },
    ...(logs === null
      ? []
      : [
          {
            ...kept(
              'logs',
              logs,
              `${config.log.files + 1} x ${bytesText(config.log.file_bytes)} each`,
              `rm ${shellWord(logs)}/*.log*`,
              (name) => !name.startsWith('audit.'),
            ),
            each: 'deletable' as const,
          },
          kept('audit: who looked at payloads', logs, '100 files', 'keep it', (name) =>
            name.startsWith('audit.'),
          ),
        ]),
  ];
}

function storeKept(url: string, store: Config['store']): Kept {
  // Under pseudonyms the others are not stored.
  const what =
    store.pseudonym_key === '' ? 'packets, conversations, names, findings' : 'packets, under pseudonyms';
  const [keptFor, erase] = [limitsText(store), 'eyrie store erase --address ADDRESS'];
  if (url.startsWith('duckdb:')) {
    const file = url.slice('duckdb:'.length);
    return {
      ...kept(what, file, keptFor, erase),
      encrypted: isOnEncryptedDisk(file) === true ? 'yes' : 'no',
    };
  }
  const place = withoutPassword(url);
  return {
    what,
    place,
    files: 0,
    bytes: 0,
    since: null,
    until: null,
    encrypted: '-',
    kept: keptFor,
    erase,
    isWhole: true,
    wanted: () => true,
  };
}

/** As eyrie up and the persistor see to it. */
function limitsText({ keep_age: age, keep_packets: packets, keep_bytes: bytes }: Config['store']): string {
  const limits = [
    ...(age === '0' ? [] : [age]),
    ...(packets === 0 ? [] : [`${packets} packets`]),
    ...(bytes === '0' ? [] : [bytes]),
  ];
  return limits.length === 0 ? 'until "eyrie store retain"' : `${limits.join(', ')} at most`;
}

function withoutPassword(url: string): string {
  const shown = URL.parse(url);
  if (shown === null) return 'store.url, which is not an address';
  shown.password = '';
  shown.searchParams.delete('password');
  return shown.href;
}

function peerKept(folder: string, id: string): Kept[] {
  const isMail = (name: string) => /^(inbox|outbox)/.test(name);
  const isHeld = (name: string) => name === 'held.log';
  const isReceived = (name: string) => name.startsWith(`received${sep}`);
  const keys = kept(
    `keys and members of ${id}`,
    folder,
    'as long as the peer is',
    `rm -r ${shellWord(folder)}`,
    (name) => !isMail(name) && !isHeld(name) && !isReceived(name),
  );
  // Sealed for their receivers, whose keys are not on this machine.
  const held = kept(
    `messages held for others by ${id}`,
    folder,
    'a day, 32 MB',
    `rm ${shellWord(`${folder}/held.log`)}`,
    isHeld,
  );
  return [
    { ...keys, encrypted: isLocked(new FolderStorage(folder)) ? 'partly' : 'no', each: 'needed' },
    kept(`messages of ${id}`, folder, '10,000, or 64 MB', `rm ${shellWord(`${folder}/inbox.log`)}`, isMail),
    { ...held, encrypted: held.files > 0 ? 'yes' : '-' },
    {
      ...kept(
        `files sent to ${id}`,
        join(folder, 'received'),
        'until moved away',
        `rm -r ${shellWord(`${folder}/received`)}`,
      ),
      each: 'deletable',
    },
  ];
}

/** A file, or all files below a folder whose names, from there on, are wanted. */
function kept(
  what: string,
  place: string,
  keptFor: string,
  erase: string,
  wanted = (_name: string) => true,
): Kept {
  let [files, bytes, vaults] = [0, 0, 0];
  let [oldestMs, newestMs] = [Infinity, -Infinity];
  const paths = filesBelow(place, wanted);
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    files++;
    bytes += stats.size;
    oldestMs = Math.min(oldestMs, stats.birthtimeMs || stats.mtimeMs);
    newestMs = Math.max(newestMs, stats.mtimeMs);
    const head = readHead(path, 16);
    if (head !== null && isVault(head)) vaults++;
  }
  const encrypted = files === 0 ? '-' : vaults === files ? 'yes' : vaults > 0 ? 'partly' : 'no';
  const date = (ms: number) => (files === 0 ? null : new Date(ms).toISOString());
  const isWhole = paths.length < FILES_MAX;
  return {
    what,
    place,
    files,
    bytes,
    since: date(oldestMs),
    until: date(newestMs),
    encrypted,
    kept: keptFor,
    erase,
    isWhole,
    wanted,
  };
}

/** At most FILES_MAX. */
export function filesBelow(place: string, wanted: (name: string) => boolean = () => true): string[] {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [place];
  const found: string[] = [];
  const folders = [place];
  while (folders.length > 0 && found.length < FILES_MAX) {
    const folder = folders.pop()!;
    for (const entry of readable(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && wanted(relative(place, path)) && found.length < FILES_MAX) found.push(path);
    }
  }
  return found;
}

function readable(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readHead(path: string, length: number): Uint8Array | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const head = new Uint8Array(length);
    return head.subarray(0, readSync(file, head, 0, length, 0));
  } finally {
    closeSync(file);
  }
}

function countLooks(path: string): number {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"looked at"')).length;
  } catch {
    return 0;
  }
}

function textOf(all: readonly Kept[], looks: number, hasKey: boolean): string {
  const rows = all.map(({ what, files, bytes, since, encrypted, kept: keptFor, isWhole }) => [
    what,
    files === 0 ? 'nothing' : `${bytesText(bytes)}${isWhole ? '' : ' and more'}`,
    since?.slice(0, 10) ?? '-',
    encrypted,
    keptFor,
  ]);
  const places = all.filter(({ files }) => files > 0).map(({ what, place, erase }) => [what, place, erase]);
  const lines = [table([['WHAT', 'SIZE', 'SINCE', 'ENCRYPTED', 'KEPT'], ...rows])];
  if (places.length > 0) lines.push('', table([['WHAT', 'WHERE', 'TO ERASE IT'], ...places]));
  lines.push('', `Payloads were looked at ${looks} times, as audit.log says.`);
  if (!hasKey)
    lines.push(
      'New packets on disk are not encrypted: eyrie privacy key FILE, then [capture] key in eyrie.toml.',
    );
  if (all.some(({ place, files, encrypted }) => place.endsWith('.duckdb') && files > 0 && encrypted === 'no'))
    lines.push(
      'The store is not encrypted by Eyrie, and its disk is not, as far as can be seen: docs/privacy.md has the commands (fscrypt, LUKS).',
    );
  return lines.join('\n');
}
