// Is a path on a disk that is encrypted as a whole? What lies in it is then unreadable once the machine is off.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Disks below disks: LVM on LUKS on RAID is three. */
const DEPTH_MAX = 8;

/** Null where that cannot be told: another system, or a file system without a disk of its own (btrfs, network). */
export function isOnEncryptedDisk(path: string, sys = '/sys'): boolean | null {
  if (process.platform !== 'linux') return null;
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { dev } = statSync(there);
  // As the kernel packs them (makedev(3)).
  const major = ((dev >> 8) & 0xfff) | 0;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return isEncrypted(join(sys, 'dev/block', `${major}:${minor}`), 0);
}

/** dm-crypt names its devices CRYPT-…; where there are several disks below (RAID, LVM), all of them have to be. */
function isEncrypted(device: string, depth: number): boolean | null {
  if (depth > DEPTH_MAX || !existsSync(device)) return null;
  const uuid = join(device, 'dm/uuid');
  if (existsSync(uuid) && readFileSync(uuid, 'utf8').startsWith('CRYPT-')) return true;
  const slaves = join(device, 'slaves');
  const below = existsSync(slaves) ? readdirSync(slaves) : [];
  return below.length > 0 && below.every((name) => isEncrypted(join(slaves, name), depth + 1) === true);
}
