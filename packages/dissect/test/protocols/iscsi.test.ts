// iSCSI: commands, and the data and statuses that belong to them by task tag (RFC 7143 §11.3, §11.4, §11.7).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { treeOf } from '../../src/core/tree.ts';
import { blocksOf } from '../../src/protocols/services/scsi.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, ETHERNET, fieldsOf } from './support.ts';

/** A message of 48 bytes: opcode, flags, status, LUN 1, a task tag, and what stands at offset 32. */
function message(opcode: number, flags: number, status: number, tag: number, rest = ''): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set([opcode, flags, 0, status]);
  bytes[9] = 1;
  bytes[19] = tag;
  bytes.set(bytesOf(rest), 32);
  return bytes;
}

const READ_16 = '88000000000000001000000000080000';

test('iSCSI: a read, its data with the status, and a write that fails', () => {
  const dissector = new Dissector();
  const seen = talk(3260, [
    ['>', message(0x01, 0xc1, 0, 7, READ_16)],
    ['<', message(0x25, 0x81, 0, 7)],
    ['>', message(0x01, 0xa1, 0, 8, '2a0000000020000010')],
    ['>', message(0x05, 0x80, 0, 8)],
    ['<', message(0x21, 0x80, 2, 8)],
    ['<', message(0x21, 0x80, 0, 9)],
    ['<', message(0x23, 0x87, 0, 1)],
  ]).map((frame) => {
    const p = dissect([frame], ETHERNET, dissector);
    const fields = fieldsOf(p, ['scsi.lun', 'scsi_sbc.opcode', 'scsi_sbc.rdwr10.lba', 'scsi.status']);
    return [infoColumn(p), ...Object.values(fields).filter((value) => value !== '')].join('|');
  });
  assert.deepEqual(seen, [
    'SCSI: Read(16) LUN: 0x01 (LBA: 4096, Len: 8)|0x0001|0x88|4096',
    'SCSI: Data In LUN: 0x01 (Read(16) Response Data) SCSI: Response LUN: 0x01 (Read(16)) (Good)|0x0001|0x88|0x00',
    'SCSI: Write(10) LUN: 0x01 (LBA: 32, Len: 16)|0x0001|0x2a|32',
    'SCSI: Data Out LUN: 0x01 (Write(10) Request Data) |0x0001|0x2a',
    'SCSI Response (Check Condition) LUN:0x01 |0x0001|0x2a|0x02',
    'SCSI Response|0x00',
    'Login Response (Success)',
  ]);
});

test('SCSI: blocks of reads and writes in descriptors of 6, 10, 12 and 16 bytes', () => {
  const of = (hex: string) => blocksOf(bytesOf(hex.padEnd(32, '0')), 0);
  assert.deepEqual(of('080001020300'), { lba: 0x102, count: 3 });
  assert.deepEqual(of('28000000002000000800'), { lba: 32, count: 8 });
  assert.deepEqual(of('a80000000020000000080000'), { lba: 32, count: 8 });
  assert.deepEqual(of(READ_16), { lba: 4096, count: 8 });
  assert.equal(of('12'), null);
});

test('iSCSI: any header is survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 60 }), (bytes) => {
      bytes[4] = 0;
      const p = dissect(talk(3260, [['>', bytes]]));
      infoColumn(p);
      treeOf(p);
    }),
  );
});
