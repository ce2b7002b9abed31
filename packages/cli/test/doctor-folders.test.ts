import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closed } from '../src/doctor/checks/folders.ts';

test('a folder that cannot be made: its parent is not to be given away', () => {
  const own = closed('data', '/srv/my data', '/srv/my data', 'XDG_DATA_HOME');
  assert.deepEqual(
    [own.found, own.advice],
    ['/srv/my data cannot be written', "sudo chown $USER '/srv/my data', or choose another: XDG_DATA_HOME"],
  );
  const under = closed('data', '/nowhere/eyrie', '/', 'XDG_DATA_HOME');
  assert.equal(under.found, '/nowhere/eyrie cannot be made: / cannot be written');
  assert.equal(under.advice, 'sudo install -d -o $USER /nowhere/eyrie, or choose another: XDG_DATA_HOME');
});
