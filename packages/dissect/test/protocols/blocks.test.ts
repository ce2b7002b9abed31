// Blocks of pcapng that count as frames though they are no packets: named as tshark names them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../../test/support/tools.ts';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { treeOf } from '../../src/core/tree.ts';
import { CaptureReader, LINKTYPE_JOURNAL, newFrame, PcapngWriter } from '../../src/files/index.ts';
import { Builder, block, concat, sectionHeader } from '../files/support.ts';
import { dissect, fieldsOf } from './support.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const FIELDS = [
  '_ws.col.Time',
  '_ws.col.Protocol',
  '_ws.col.Info',
  'frame.protocols',
  'frame.cb_pen',
  'frame.cb_copy',
  'systemd_journal.message',
  'systemd_journal.priority',
  'systemd_journal.syslog_facility',
  'systemd_journal.pid',
  'systemd_journal.monotonic_timestamp',
  'systemd_journal.field.name',
  'systemd_journal.field.value',
];

const entry = `__REALTIME_TIMESTAMP=1577836800123456\n__MONOTONIC_TIMESTAMP=5000001\nPRIORITY=6\nSYSLOG_FACILITY=3
MESSAGE=Started it = well\n_PID=42\nHUE=red\n`;
const ofTwoLines = concat(
  utf8('PRIORITY=3\nMESSAGE\n'),
  new Builder(true).number(8, 11n).done(),
  utf8('one and\ntwo\n_COMM=sshd\n'),
);

const custom = (little: boolean, type: number, enterprise: number): Uint8Array =>
  block(little, type, new Builder(little).number(4, enterprise).text('ours').done());

const blocks = (little: boolean): Uint8Array =>
  concat(
    sectionHeader(little),
    block(little, 9, utf8(entry)),
    custom(little, 0xbad, 32473),
    custom(little, 0x40000bad, 36724),
    custom(little, 0xbad, 999_999),
    block(little, 9, utf8('HUE=green, and no message at all')),
    block(little, 9, ofTwoLines),
  );

const expected = [
  '  0.000000|systemd Journal|Started it = well|systemd_journal|||Started it = well|6|3|42|5.000001000|HUE|red',
  '|PCAPNG|Custom Block: PEN = Example Enterprise Number for Documentation Use (32473), will be copied|data|32473|1|||||||',
  '|PCAPNG|Custom Block: PEN = Kaplan Research and Application Prototyping (36724), will not be copied|data|36724|0|||||||',
  '|PCAPNG|Custom Block: PEN = Unknown (999999), will be copied|data|999999|1|||||||',
  '|systemd Journal|Journal Entry|systemd_journal||||||||HUE|green, and no message at all',
  '|systemd Journal|one and\\ntwo|systemd_journal|||one and\\ntwo|3|||||',
].map((line) => line.trimStart());

/** What our fields say of each frame of the file, separated by bars. */
function told(file: Uint8Array): string[] {
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const frame = newFrame();
  const lines: string[] = [];
  reader.feed(file);
  reader.finish();
  while (reader.next(frame)) {
    const values = Object.values(fieldsOf(dissector.dissect(frame), FIELDS));
    lines.push(values.join('|').replaceAll('\n', '\\n'));
  }
  return lines;
}

for (const little of [true, false]) {
  const order = little ? 'little-endian' : 'big-endian';
  test(`blocks other than packets are named, ${order}`, () => {
    assert.deepEqual(told(blocks(little)), expected);
  });

  test(`blocks other than packets are named as by tshark, ${order}`, { skip: requireTool('tshark') }, () => {
    assert.deepEqual(tsharks(blocks(little)), expected);
  });
}

function tsharks(file: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-blocks-'));
  try {
    const path = join(folder, 'blocks.pcapng');
    writeFileSync(path, file);
    const columns = FIELDS.flatMap((name) => ['-e', name]);
    const said = execFileSync('tshark', ['-r', path, '-T', 'fields', '-E', 'separator=|', ...columns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, WIRESHARK_CONFIG_DIR: join(folder, 'profile') },
    });
    return said.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a custom block of a big-endian file keeps its enterprise number in a copy, and is omitted if not copyable', () => {
  const writer = new PcapngWriter();
  const reader = new CaptureReader();
  reader.feed(blocks(false));
  reader.finish();
  for (const frame = newFrame(); reader.next(frame); ) writer.write(frame);
  const copied = told(writer.take());
  assert.deepEqual(copied, [expected[0], ...expected.slice(1).filter((line) => !line.includes('will not'))]);
});

test('a truncated entry is dissected up to its end', () => {
  for (const whole of [utf8(entry), ofTwoLines])
    for (let length = 0; length <= whole.length; length++) {
      const p = dissect([whole.slice(0, length)], LINKTYPE_JOURNAL);
      infoColumn(p);
      treeOf(p);
    }
});
