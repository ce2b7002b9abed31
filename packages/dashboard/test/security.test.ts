// Tests of grades and order of findings, and of the replay of visits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingRow } from '../src/api/types.ts';
import { addressOfTarget, countsOf, evidenceFilter, gradeOf, inOrder } from '../src/findings.ts';
import { countBy, piecesOf, shortened } from '../src/pages/security/playback.ts';

function finding(
  change: Partial<FindingRow> & { frames?: number[]; grade?: 'low' | 'critical' },
): FindingRow {
  const { frames, grade, ...row } = change;
  const base = { id: 1, capture: 1, time: '1.0', last: '2.0', finder: 'rule', severity: 'warn', group: '' };
  const detail = {
    rule: '',
    confidence: 1,
    target: '',
    summary: '',
    technique: null,
    advice: '',
    streams: [],
  };
  return {
    ...base,
    ...{ protocol: '', message: '', count: 1, frame: 7, address: '192.0.2.1' },
    detail: grade === undefined ? null : { ...detail, severity: grade, frames: frames ?? [] },
    ...row,
  } as FindingRow;
}

test('a finding has the grade of its rule, otherwise one by its expert severity', () => {
  assert.equal(gradeOf(finding({ grade: 'critical' })), 'critical');
  assert.equal(gradeOf(finding({})), 'medium');
  const all = [finding({ id: 1 }), finding({ id: 2, grade: 'critical' }), finding({ id: 3, last: '9.0' })];
  assert.deepEqual(
    inOrder(all).map(({ id }) => id),
    [2, 3, 1],
  );
  assert.deepEqual(countsOf(all), { critical: 1, high: 0, medium: 2, low: 0, info: 0 });
});

test('the evidence filter names frames, otherwise the address', () => {
  assert.equal(evidenceFilter(finding({ grade: 'low', frames: [3, 9] })), 'frame.number in {3, 9}');
  assert.equal(evidenceFilter(finding({})), 'frame.number == 7');
  assert.equal(evidenceFilter(finding({ frame: null })), 'ip.addr == 192.0.2.1');
  assert.equal(evidenceFilter(finding({ frame: null, address: '2001:db8::1' })), 'ipv6.addr == 2001:db8::1');
  const mac = '02:00:5e:00:53:01';
  assert.equal(evidenceFilter(finding({ frame: null, address: mac })), `eth.addr == ${mac}`);
  assert.equal(evidenceFilter(finding({ frame: null, address: null })), '');
});

test('the evidence of expert information seen more than once is all packets that have it, not the first alone', () => {
  const once = { finder: 'expert', message: 'Say "when"', address: null } as const;
  assert.equal(evidenceFilter(finding(once)), 'frame.number == 7');
  assert.equal(evidenceFilter(finding({ ...once, count: 2 })), '_ws.expert.message == "Say \\"when\\""');
});

test('long pauses are shortened, the order is kept', () => {
  const events = shortened([
    { at: 1, direction: 'o', text: 'a' },
    { at: 100, direction: 'i', text: 'b' },
    { at: 101, direction: 'o', text: 'c' },
  ]);
  assert.deepEqual(
    events.map(({ at }) => at),
    [1, 3, 4],
  );
});

test('the screen shows the text up to the position; control characters have no effect', () => {
  const events = [
    { at: 0, direction: 'o' as const, text: 'login: ' },
    { at: 1, direction: 'i' as const, text: 'rx\b\x1b[2J\xff\r\n' },
    { at: 2, direction: 'o' as const, text: 'later' },
  ];
  const pieces = piecesOf(events, 'redis');
  assert.deepEqual(pieces.slice(0, countBy(pieces, 1)), [
    { at: 0, text: 'login: ', isVisitor: false },
    { at: 1, text: 'r·[2J·\n', isVisitor: true },
  ]);
  assert.deepEqual(
    [-1, 0, 0.5, 2, 9].map((at) => countBy(pieces, at)),
    [0, 1, 1, 3, 3],
  );
  assert.deepEqual(
    piecesOf(events, 'telnet').map(({ text }) => text),
    ['login: ', 'later'],
    'what a server echoes is not shown twice',
  );
});

test('the address of a target is that of a single host, with or without a port', () => {
  for (const [target, address] of [
    ['192.168.10.10', '192.168.10.10'],
    ['192.168.10.10:21', '192.168.10.10'],
    ['fd10::10', 'fd10::10'],
    ['[fd10::10]:22', 'fd10::10'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['127 addresses', null],
    ['alder.example', null],
    ['', null],
  ] as const)
    assert.equal(addressOfTarget(target), address, target);
});
