// A disk that is encrypted as a whole is known by the devices that it lies on.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isOnEncryptedDisk } from '../src/privacy/disk.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-disk-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A /sys in which the disk of this file lies on `below`, which has that name for device mapper. */
function sysOf(name: string, uuid: string): string {
  const sys = join(root, name);
  const { dev } = statSync(root);
  const numbers = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
  const [disk, below] = [join(sys, 'dev/block', numbers), join(sys, 'below')];
  for (const folder of [join(disk, 'slaves'), join(below, 'dm')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(below, 'dm/uuid'), uuid);
  symlinkSync(below, join(disk, 'slaves/dm-0'));
  return sys;
}

test('LVM on LUKS is encrypted, LVM alone is not, and what has no disk is not known', {
  skip: process.platform === 'linux' ? false : 'device numbers as Linux has them',
}, () => {
  const file = join(root, 'not there yet/eyrie.duckdb');
  assert.equal(isOnEncryptedDisk(file, sysOf('luks', 'CRYPT-LUKS2-0123-disk')), true);
  assert.equal(isOnEncryptedDisk(file, sysOf('lvm', 'LVM-0123')), false);
  assert.equal(isOnEncryptedDisk(file, join(root, 'nothing')), null);
});
