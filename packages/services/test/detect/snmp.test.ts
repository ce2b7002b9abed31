// Communities in SNMP packets made by hand: guessed ones are found, and those of monitoring are left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';

const LINKTYPE_RAW = 101;

/** GetRequest or GetResponse of version 2c, with no variables (RFC 3416 §3), in UDP and IPv4. */
function packet(community: string, isAnswer: boolean): Buffer {
  const name = Buffer.from(community);
  const pdu = Buffer.from([isAnswer ? 0xa2 : 0xa0, 11, 2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, 0]);
  const body = Buffer.concat([Buffer.from([2, 1, 1, 4, name.length]), name, pdu]);
  const snmp = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  const head = Buffer.alloc(28);
  head[0] = 0x45;
  head.writeUInt16BE(28 + snmp.length, 2);
  head[8] = 64;
  head[9] = 17;
  head.set(isAnswer ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2], 12);
  head.writeUInt16BE(isAnswer ? 161 : 40_000, 20);
  head.writeUInt16BE(isAnswer ? 40_000 : 161, 22);
  head.writeUInt16BE(8 + snmp.length, 24);
  return Buffer.concat([head, snmp]);
}

function findingsOf(packets: readonly Buffer[]) {
  const dissector = new Dissector();
  const watch = new PacketWatch(dissector.session);
  const frame = newFrame();
  for (const [i, data] of packets.entries()) {
    Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
    Object.assign(frame, { seconds: 1_700_000_000 + i, linkType: LINKTYPE_RAW });
    watch.add(dissector.dissect(frame));
  }
  return watch.end().filter(({ rule }) => rule === 'community-guessing');
}

const guesses = Array.from({ length: 15 }, (_, i) => packet(`guess${i}`, false));

test('fifteen communities are guesses, and one that is answered is worse', () => {
  const [found] = findingsOf(guesses);
  assert.equal(found?.severity, 'medium');
  assert.equal(found?.source, '10.0.0.1');
  assert.ok(!JSON.stringify(found).includes('guess1'), 'no community is told');
  const [worse] = findingsOf([...guesses, packet('guess14', true)]);
  assert.equal(worse?.severity, 'high');
});

test('one community again and again is monitoring', () => {
  const polls = Array.from({ length: 40 }, (_, i) => packet('public', i % 2 === 1));
  assert.deepEqual(findingsOf(polls), []);
});
