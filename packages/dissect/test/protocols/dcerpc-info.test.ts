// What the Info column says of calls from their parameters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn } from '../../src/core/columns.ts';
import { bytesOf, dissect, join, tcpFrame } from './support.ts';

const EPM = '0883afe11f5dc91191a408002b14a0fa 0300 0000';
const NETLOGON = '785634123412cdabef0001234567cffb 0100 0000';
const NDR = '045d888aeb1cc9119fe808002b104860';
/** Netlogon over 32-bit NDR: two floors with UUIDs, and one with a port. */
const TOWER = `0300 1300 0d ${NETLOGON.slice(0, 32)} 0100 0200 0000 1300 0d ${NDR} 0200 0200 0000 0100 07 0200 0087`;
const towerBytes = bytesOf(TOWER).length;

const little = (value: number, bytes: number): string => {
  const view = Buffer.alloc(bytes);
  view.writeUIntLE(value, 0, bytes);
  return view.toString('hex');
};

/** `auth`: bytes of credentials at the end. */
function message(type: number, body: Uint8Array, auth = 0): Uint8Array {
  const length = 16 + body.length;
  const head = `0500${little(type, 1)}03 10000000 ${little(length, 2)} ${little(auth, 2)} 01000000`;
  return join(bytesOf(head), body);
}

const bind = (uuid: string): Uint8Array =>
  message(11, bytesOf(`b810 b810 00000000 01000000 0000 0100 ${uuid} ${NDR} 02000000`));
const bindAck = message(12, bytesOf(`b810 b810 01000000 0000 0000 01000000 0000 0000 ${NDR} 02000000`));
const request = (opnum: number, stub: Uint8Array): Uint8Array =>
  message(0, join(bytesOf(`00000000 0000 ${little(opnum, 2)}`), stub));
const response = (stub: Uint8Array, auth = 0): Uint8Array =>
  message(2, join(bytesOf('00000000 0000 0000'), stub), auth);

/** The Info column of a call and of its answer. */
function infosOf(uuid: string, opnum: number, asked: Uint8Array, answered: Uint8Array, auth = 0): string[] {
  const client = [bind(uuid), request(opnum, asked)];
  const server = [bindAck, response(answered, auth)];
  const frames: Uint8Array[] = [];
  const sent = [1, 1];
  for (let k = 0; k < 2; k++) {
    frames.push(tcpFrame(1025, 135, client[k]!, sent[0]!));
    frames.push(tcpFrame(135, 1025, server[k]!, sent[1]!, true));
    sent[0]! += client[k]!.length;
    sent[1]! += server[k]!.length;
  }
  return [3, 4].map((count) => infoColumn(dissect(frames.slice(0, count))));
}

test('EPM: a mapping tells the interface and the syntax of its towers', () => {
  const asked = bytesOf(`01000000 ${'00'.repeat(16)} 02000000 ${little(towerBytes, 4).repeat(2)} ${TOWER}`);
  const answered = bytesOf(
    `${'00'.repeat(20)} 01000000 01000000 00000000 01000000 03000000 ${little(towerBytes, 4).repeat(2)} ${TOWER}`,
  );
  assert.deepEqual(infosOf(EPM, 3, asked, answered), [
    'Map request, RPC_NETLOGON, 32bit NDR',
    'Map response, RPC_NETLOGON, 32bit NDR',
  ]);
});

test('Netlogon: a challenge tells the computer, an answer its error', () => {
  const text = (name: string): string =>
    little(name.length + 1, 4) +
    little(0, 4) +
    little(name.length + 1, 4) +
    Buffer.from(`${name}\0`, 'utf16le').toString('hex');
  const asked = bytesOf(`00000100 ${text('SERVER1')} ${text('PC00001')} ${'11'.repeat(8)}`);
  assert.deepEqual(infosOf(NETLOGON, 4, asked, bytesOf(`${'22'.repeat(8)} 220000c0`)), [
    'NetrServerReqChallenge request, PC00001',
    'NetrServerReqChallenge response, STATUS_ACCESS_DENIED',
  ]);
  assert.match(infosOf(NETLOGON, 4, asked, bytesOf(`${'22'.repeat(8)} 00000000`))[1]!, /response$/);
});

test('Netlogon: the error of an answer that is signed stands before its padding', () => {
  const signed = (padding: string): Uint8Array =>
    bytesOf(
      `${'22'.repeat(8)} 220000c0 ${padding} 0a05 ${little(padding.length / 2, 1)} 00 00000000 ${'33'.repeat(16)}`,
    );
  for (const padding of ['', '00000000', 'c00000c0'])
    assert.equal(
      infosOf(NETLOGON, 4, bytesOf('00'), signed(padding), 16)[1],
      'NetrServerReqChallenge response, STATUS_ACCESS_DENIED',
    );
});

test('EPM and Netlogon: any parameters are read without an exception, and without a value from behind the end', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(EPM, NETLOGON),
      fc.constantFrom(3, 4),
      fc.uint8Array({ maxLength: 120 }),
      fc.uint8Array({ maxLength: 120 }),
      (uuid, opnum, asked, answered) => {
        for (const info of infosOf(uuid, opnum, asked, answered)) assert.doesNotMatch(info, /NaN|undefined/);
      },
    ),
    { numRuns: 300 },
  );
});
