// Whether a path is on an encrypted disk, unreadable once the host is off.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Bound on nested block devices: LVM on LUKS on RAID is three. */
const DEPTH_MAX = 8;

/** Null if unknown: not Linux, or a file system without a single device (btrfs, network). */
export function isOnEncryptedDisk(path: string, sys = '/sys'): boolean | null {
  if (process.platform !== 'linux') return null;
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { dev } = statSync(there);
  // Device numbers as in makedev(3).
  const major = ((dev >> 8) & 0xfff) | 0;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return isEncrypted(join(sys, 'dev/block', `${major}:${minor}`), 0);
}

/** dm-crypt names its devices CRYPT-…; of several underlying devices (RAID, LVM) all must be encrypted. */
function isEncrypted(device: string, depth: number): boolean | null {
  if (depth > DEPTH_MAX || !existsSync(device)) return null;
  const uuid = join(device, 'dm/uuid');
  if (existsSync(uuid) && readFileSync(uuid, 'utf8').startsWith('CRYPT-')) return true;
  const slaves = join(device, 'slaves');
  const below = existsSync(slaves) ? readdirSync(slaves) : [];
  return below.length > 0 && below.every((name) => isEncrypted(join(slaves, name), depth + 1) === true);
}
