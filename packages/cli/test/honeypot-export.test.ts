// Exporting recorded visits of a honeypot.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Account, Budget } from '../../services/src/honeypot/bounds.ts';
import { castOf, summaryOf } from '../../services/src/honeypot/cast.ts';
import { Recorder } from '../../services/src/honeypot/recorder.ts';
import { PLAYED, Tape } from '../../services/src/honeypot/tape.ts';
import { exportSession } from '../src/honeypot/sessions.ts';

test('the visit of a redirected peer has no packets: the export to pcapng says so, and .cast works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-honeypot-export-'));
  try {
    const recorder = new Recorder({
      folder,
      log: join(folder, 'log'),
      diskBytesMax: 1e9,
      queueBytesMax: 1e9,
    });
    await recorder.open();
    const tape = new Tape(1e6, 0, new Account(new Budget(1e9)));
    tape.add('i', Buffer.from('asked: offers\r\n'), 10, PLAYED);
    const header = {
      session: 's1',
      protocol: 'eyrie',
      source: '192.0.2.1',
      port: 9998,
      time: 0,
      meshTime: null,
    };
    const saved = () => ({ summary: summaryOf(tape, header), cast: castOf(tape, header), packets: null });
    recorder.session({ heldBytes: tape.heldBytes, saved });
    await recorder.close();
    await assert.rejects(exportSession('s1', join(folder, 'visit.pcapng'), { folder }), {
      message:
        's1: of a peer in the decoy mesh the requests are recorded, not packets; export them to a name that ends in .cast',
    });
    assert.equal(await exportSession('s1', join(folder, 'visit.cast'), { folder }), 0);
    assert.ok(existsSync(join(folder, 'visit.cast')));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
