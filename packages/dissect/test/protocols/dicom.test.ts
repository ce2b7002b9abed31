// DICOM: an association, a command and a data set, made by hand (PS3.8 §9.3, PS3.7 §E.1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { DicomObjects } from '../../src/flows/objects/dicom.ts';
import { talk } from './conversation.ts';
import { dissect, ETHERNET, fieldsOf, join } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const VERIFICATION = '1.2.840.10008.1.1';
const CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT = '1.2.840.10008.1.2.1';

function pdu(type: number, body: Uint8Array): Uint8Array {
  return join(Uint8Array.of(type, 0, 0, 0, body.length >> 8, body.length), body);
}

function item(type: number, body: Uint8Array): Uint8Array {
  return join(Uint8Array.of(type, 0, body.length >> 8, body.length), body);
}

function association(type: number, context: Uint8Array): Uint8Array {
  return pdu(
    type,
    join(
      Uint8Array.of(0, 1, 0, 0),
      text('ARCHIVE'.padEnd(16) + 'SCANNER'.padEnd(16)),
      new Uint8Array(32),
      item(0x10, text('1.2.840.10008.3.1.1.1')),
      context,
      item(0x50, join(item(0x51, Uint8Array.of(0, 0, 0x40, 0)), item(0x55, text('EYRIE_1')))),
    ),
  );
}

const request = (syntax: string): Uint8Array =>
  association(
    1,
    item(0x20, join(Uint8Array.of(5, 0, 0, 0), item(0x30, text(syntax)), item(0x40, text(EXPLICIT)))),
  );
const accept = association(2, item(0x21, join(Uint8Array.of(5, 0, 0, 0), item(0x40, text(EXPLICIT)))));

const element = (number: number, value: Uint8Array): Uint8Array =>
  join(Uint8Array.of(0, 0, number, number >> 8, value.length, 0, 0, 0), value);
const short = (number: number, value: number): Uint8Array =>
  element(number, Uint8Array.of(value, value >> 8));

function values(...parts: readonly (readonly [flags: number, body: Uint8Array])[]): Uint8Array {
  return pdu(
    4,
    join(...parts.map(([flags, body]) => join(Uint8Array.of(0, 0, 0, body.length + 2, 5, flags), body))),
  );
}

const store = join(
  element(0x0002, text(CAPTURE.padEnd(26, '\0'))),
  short(0x0100, 1),
  short(0x0110, 7),
  element(0x1000, text('1.2.3\0')),
);

test('DICOM: association, echo with its status, release', () => {
  const frames = talk(104, [
    ['>', request(VERIFICATION)],
    ['<', accept],
    ['<', values([3, join(short(0x0100, 0x8030), short(0x0120, 7), short(0x0900, 0))])],
    ['>', pdu(5, new Uint8Array(4))],
    ['<', pdu(7, Uint8Array.of(0, 0, 2, 6))],
  ]);
  const dissector = new Dissector();
  const seen = frames.map((frame) => {
    const p = dissect([frame], ETHERNET, dissector);
    return `${protocolColumn(p)} ${infoColumn(p)}`;
  });
  assert.deepEqual(seen, [
    'DICOM A-ASSOCIATE request SCANNER --> ARCHIVE',
    'DICOM A-ASSOCIATE accept  SCANNER <-- ARCHIVE',
    'DICOM P-DATA, C-ECHO-RSP ID=7 (Success)',
    'DICOM A-RELEASE request',
    'DICOM ABORT',
  ]);
  const names = [
    'dicom.pctx.abss.syntax',
    'dicom.max_pdu_len',
    'dicom.userinfo.version',
    'dicom.assoc.version',
  ];
  assert.deepEqual(fieldsOf(dissect([frames[0]!]), names), {
    'dicom.pctx.abss.syntax': VERIFICATION,
    'dicom.max_pdu_len': '16384',
    'dicom.userinfo.version': 'EYRIE_1',
    'dicom.assoc.version': '1',
  });
});

test('DICOM objects: a data set in fragments becomes a file with its transfer syntax; one that lacks its end does not', () => {
  const filesOf = (last: number): string[] => {
    const files: string[] = [];
    const reader = new DicomObjects(({ name, data }) =>
      files.push(`${name} ${String.fromCharCode(...data.subarray(128)).replace(/[^ -~]/g, '.')}`),
    );
    const dissector = new Dissector();
    for (const frame of talk(11112, [
      ['>', request(CAPTURE)],
      ['<', accept],
      ['>', values([1, store.subarray(0, 20)], [3, store.subarray(20)])],
      ['>', values([0, text('first ')])],
      ['>', values([last, text('second')])],
    ]))
      reader.add(dissect([frame], ETHERNET, dissector));
    return files;
  };
  const [file = ''] = filesOf(2);
  assert.match(file, /^Secondary Capture Image Storage 1\.2\.3\.dcm DICM/);
  assert.match(file, /UI\.\.1\.2\.840\.10008\.1\.2\.1\..*first second$/);
  assert.deepEqual(filesOf(0), []);
});

test('DICOM: any bytes after a header are survived', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.uint8Array({ maxLength: 200 }), (type, body) => {
      const p = dissect(talk(104, [['>', pdu(type, body)]]));
      infoColumn(p);
      fieldsOf(p, ['dicom.pdu.type', 'dicom.pctx.id', 'dicom.pdv.flags']);
    }),
  );
});

test('DICOM: an identifier of megabytes in a command is cut, and its object is still a file', () => {
  const long = new Uint8Array(4 << 20).fill(0x31);
  const length = (bytes: number): Uint8Array => Uint8Array.of(bytes >> 24, bytes >> 16, bytes >> 8, bytes);
  const huge = join(
    Uint8Array.of(0, 0, 2, 0, 0, 0, 0x40, 0),
    long,
    short(0x0100, 1),
    element(0x1000, text('1.2')),
  );
  const body = join(length(huge.length + 2), Uint8Array.of(5, 3), huge);
  const found: string[] = [];
  const reader = new DicomObjects(({ name, data }) => found.push(`${name} ${data.length}`));
  const dissector = new Dissector();
  const whole = join(Uint8Array.of(4, 0), length(body.length), body, values([2, text('data')]));
  const parts: [string, Uint8Array][] = [['>', request(CAPTURE)]];
  for (let at = 0; at < whole.length; at += 60_000) parts.push(['>', whole.subarray(at, at + 60_000)]);
  for (const frame of talk(104, parts as Parameters<typeof talk>[1]))
    reader.add(dissect([frame], ETHERNET, dissector));
  assert.match(found.join(), /^1{64} 1\.2\.dcm \d{3}$/);
});
