// A disk that is encrypted as a whole is known by the devices that it lies on.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isOnEncryptedDisk } from '../src/privacy/disk.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-disk-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A /sys in which the disk of this file lies on those below, which have these names for device mapper. */
function sysOf(name: string, ...uuids: string[]): string {
  const sys = join(root, name);
  const { dev } = statSync(root);
  const numbers = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
  const disk = join(sys, 'dev/block', numbers);
  mkdirSync(join(disk, 'slaves'), { recursive: true });
  uuids.forEach((uuid, i) => {
    const below = join(sys, `below-${i}`);
    mkdirSync(join(below, 'dm'), { recursive: true });
    writeFileSync(join(below, 'dm/uuid'), uuid);
    symlinkSync(below, join(disk, `slaves/dm-${i}`));
  });
  return sys;
}

test('disk encryption: LVM on LUKS has it, plain LVM has not, without a block device it is unknown', {
  skip: process.platform === 'linux' ? false : 'device numbers as Linux has them',
}, () => {
  const file = join(root, 'not there yet/eyrie.duckdb');
  assert.equal(isOnEncryptedDisk(file, sysOf('luks', 'CRYPT-LUKS2-0123-disk')), true);
  assert.equal(isOnEncryptedDisk(file, sysOf('lvm', 'LVM-0123')), false);
  assert.equal(isOnEncryptedDisk(file, sysOf('both', 'CRYPT-LUKS2-0123-a', 'CRYPT-LUKS2-4567-b')), true);
  assert.equal(isOnEncryptedDisk(file, sysOf('half', 'CRYPT-LUKS2-0123-a', 'LVM-0123')), false);
  assert.equal(isOnEncryptedDisk(file, join(root, 'nothing')), null);
});
