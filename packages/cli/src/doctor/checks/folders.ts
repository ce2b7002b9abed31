// Folders: are they writable, is there room, and are those with keys private?
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eyrieHome, peerFolder, peersIn, SECRET_FILES } from '@eyrie/mesh';
import type { Config } from '@eyrie/services/config';
import { putAside } from '@eyrie/services/refused';
import { dataFolder } from '../../base-folders.ts';
import { refusedFolder, ringFrom } from '../../pipeline/settings.ts';
import { isOnEncryptedDisk } from '../../privacy/disk.ts';
import { shellWord } from '../../terminal/shell.ts';
import { bytesText } from '../../terminal/units.ts';
import { type Finding, ok, warn, wrong } from '../check.ts';

/** Below this a store soon fails. */
const FREE_WRONG_BYTES = 100e6;
const FREE_WARN_BYTES = 2e9;
/** Rights of group and others. */
const FOREIGN_RIGHTS = 0o077;

export function folderFindings(config: Config): Finding[] {
  const { ring, ringFolder } = ringFrom(config);
  return [
    folder('folder of data', dataFolder(), 0, 'XDG_DATA_HOME'),
    atRest(config, dataFolder()),
    folder(
      'folder of live captures',
      ringFolder,
      ring.filesMax * ring.fileBytesMax,
      'EYRIE_CAPTURE_RING_FOLDER',
    ),
    refused(refusedFolder(config)),
    ...(config.log.folder === ''
      ? []
      : [
          folder(
            'folder of logs',
            config.log.folder,
            config.log.files * config.log.file_bytes,
            'EYRIE_LOG_FOLDER',
          ),
        ]),
    ...peersIn(eyrieHome()).map(secrets),
  ];
}

function refused(path: string): Finding {
  const { batches, bytes } = putAside(path);
  const check = 'refused by the store';
  if (batches === 0) return ok(check, 'nothing');
  const advice = 'the log has the reason; when it is fixed: eyrie store resend';
  return warn(check, `${batches} batches in ${path}, ${bytesText(bytes)}`, advice);
}

/** For people to know, not to be warned of: many machines need none, and elsewhere it is not ours to decide. */
function atRest(config: Config, data: string): Finding {
  const check = 'store at rest';
  const { url } = config.store;
  if (url !== '' && !url.startsWith('duckdb:'))
    return ok(check, 'encrypted by PostgreSQL or its disk, or not');
  const path = url === '' ? data : url.slice('duckdb:'.length);
  const messages: Readonly<Record<string, string>> = {
    true: 'on an encrypted disk',
    false:
      'not encrypted by Eyrie, nor is its disk (fscrypt cannot be seen): docs/privacy.md, "Encrypted on disk"',
    null: 'not encrypted by Eyrie; whether its disk is cannot be seen: docs/privacy.md, "Encrypted on disk"',
  };
  return ok(check, messages[String(isOnEncryptedDisk(path))]!);
}

/** Of a folder that is not there yet: its nearest parent. */
function folder(check: string, path: string, wantedBytes: number, variable: string): Finding {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    if (!statSync(there).isDirectory())
      return wrong(check, `${there} is not a folder`, `choose another: ${variable}`);
    accessSync(there, constants.W_OK);
    const { bavail, bsize } = statfsSync(there);
    return room(check, path, bavail * bsize, wantedBytes, variable);
  } catch {
    return closed(check, path, there, variable);
  }
}

/** Of a folder that is not there yet, the parent stays whose it is: that may be the root of all. */
export function closed(check: string, path: string, there: string, variable: string): Finding {
  if (there === path)
    return wrong(
      check,
      `${path} cannot be written`,
      `sudo chown $USER ${shellWord(path)}, or choose another: ${variable}`,
    );
  const make = `sudo install -d -o $USER ${shellWord(path)}`;
  return wrong(
    check,
    `${path} cannot be made: ${there} cannot be written`,
    `${make}, or choose another: ${variable}`,
  );
}

export function room(
  check: string,
  path: string,
  freeBytes: number,
  wantedBytes: number,
  variable: string,
): Finding {
  const found = `${path}, ${bytesText(freeBytes)} free`;
  const advice = `make room, keep less (eyrie store --help, capture.ring), or choose another: ${variable}`;
  if (freeBytes < FREE_WRONG_BYTES) return wrong(check, found, advice);
  if (freeBytes < wantedBytes)
    return warn(check, `${found}; it may grow to ${bytesText(wantedBytes)}`, advice);
  return freeBytes < FREE_WARN_BYTES ? warn(check, found, advice) : ok(check, found);
}

function secrets(id: string): Finding {
  const path = peerFolder(eyrieHome(), id);
  const check = `keys of peer ${id}`;
  // Windows has no such rights; the folder is in the user's own profile there.
  if (process.platform === 'win32') return ok(check, path);
  const open = ['.', ...SECRET_FILES]
    .map((name) => join(path, name))
    .filter((each) => existsSync(each) && (statSync(each).mode & FOREIGN_RIGHTS) !== 0);
  if (open.length === 0) return ok(check, `only for this user: ${path}`);
  return wrong(check, `others may see into ${open.join(', ')}`, `chmod -R go= ${path}`);
}
