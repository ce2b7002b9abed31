// The whole way, over TLS: two peers misbehave, are found, sent to the honeypot, recorded there, and taken in again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAttack } from '../../src/demo/index.ts';

test('peers that flood and scan are found, sent to the decoy, and back when their time is over', async () => {
  const said: string[] = [];
  const times = { forSeconds: 8, quietSeconds: 1, attackSeconds: 2 };
  const report = await runAttack({ peers: 12, ...times, print: (_at, line) => said.push(line) });
  const story = said.join('\n');
  const [flooder, scanner] = report.attackers;
  assert.equal(flooder?.rule, 'query-flood', story);
  // Elsewhere peers share one address, and a scan is nobody's.
  if (process.platform === 'linux') assert.equal(scanner?.rule, 'mesh-scan', story);
  for (const { foundMs, decoyedMs, releasedMs, events } of report.attackers) {
    assert.ok(foundMs !== null && decoyedMs !== null && releasedMs !== null, story);
    assert.ok(events >= 3, story);
  }
  assert.ok(flooder!.events > 20, 'its queries are on record');
  assert.ok(report.flood.answered > 0, 'the decoy answers it');
  assert.equal(report.before.failed, 0, story);
  assert.equal(report.during.failed, 0, story);
  assert.ok(report.isWhole, story);
});
