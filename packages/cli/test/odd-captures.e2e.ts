// Captures that begin in the middle, are cut, or whose clock goes back: what `eyrie read` tells of TCP there, beside tshark.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { requireTool } from '../../../test/support/tools.ts';
import { eyrieRead } from './support/read.ts';

const skip = requireTool('tshark');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-odd-'));
after(() => rmSync(folder, { recursive: true }));

const ETHERNET = 1;
const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

interface Said {
  readonly way: '>' | '<';
  readonly seq: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly window?: number;
  readonly scale?: number;
  readonly body?: string | Buffer;
  /** Milliseconds since the first. */
  readonly ms?: number;
  /** Bytes of the frame that the capture kept. */
  readonly kept?: number;
}

function frameOf(port: number, said: Said): Buffer {
  const { way, seq, ack = 0, flags = ACK, window = 100, scale, body = '' } = said;
  const options = scale === undefined ? Buffer.alloc(0) : Buffer.from([1, 3, 3, scale]);
  const payload = typeof body === 'string' ? Buffer.from(body) : body;
  const frame = Buffer.alloc(54 + options.length + payload.length);
  frame.write('020000000002020000000001080045', 'hex');
  frame.writeUInt16BE(frame.length - 14, 16);
  frame.set([64, 6], 22);
  frame.set(way === '>' ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 26);
  frame.writeUInt16BE(way === '>' ? 40000 : port, 34);
  frame.writeUInt16BE(way === '>' ? port : 40000, 36);
  frame.writeUInt32BE(seq, 38);
  frame.writeUInt32BE(ack, 42);
  frame.set([(20 + options.length) << 2, flags], 46);
  frame.writeUInt16BE(window, 48);
  options.copy(frame, 54);
  payload.copy(frame, 54 + options.length);
  return frame;
}

/** What both say of a capture of this conversation, the same arguments given. */
function bothOf(
  name: string,
  port: number,
  all: readonly Said[],
  flags: readonly string[],
): [string, string] {
  const writer = new PcapWriter({ linkType: ETHERNET });
  const frame = newFrame();
  for (const said of all) {
    const ms = 1_700_000_000_000 + (said.ms ?? 0);
    frame.data = frameOf(port, said);
    frame.end = said.kept ?? frame.data.length;
    frame.wireLength = frame.data.length;
    frame.seconds = Math.floor(ms / 1000);
    frame.nanoseconds = (ms % 1000) * 1e6;
    writer.write(frame);
  }
  const file = join(folder, `${name}.pcap`);
  writeFileSync(file, writer.take());
  const theirs = execFileSync('tshark', ['-n', '-r', file, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { stdout, stderr } = eyrieRead(['-n', file, ...flags]);
  assert.equal(stderr, '');
  return [stdout, theirs];
}

const fields = (...names: string[]): string[] => ['-T', 'fields', ...names.flatMap((name) => ['-e', name])];
const TEN = 'ten bytes.';

test("windows are scaled by the sender's factor, whichever SYN was captured", { skip }, () => {
  const flags = fields('tcp.window_size_value', 'tcp.window_size', 'tcp.window_size_scalefactor');
  const server: Said = { way: '<', seq: 500, ack: 11, flags: SYN | ACK, scale: 3 };
  const client: Said = { way: '>', seq: 10, flags: SYN, scale: 7 };
  const { scale: _, ...plainServer } = server;
  const { scale: __, ...plainClient } = client;
  const rest: Said[] = [
    { way: '>', seq: 11, ack: 501, body: TEN },
    { way: '<', seq: 501, ack: 21, body: TEN },
  ];
  const openings = [
    [server],
    [client],
    [client, server],
    [client, plainServer],
    [plainClient, server],
    [plainServer],
    [],
  ];
  for (const [i, opening] of openings.entries()) {
    const [ours, theirs] = bothOf(`scale${i}`, 4000, [...opening, ...rest], flags);
    assert.equal(ours, theirs, `opening ${i}`);
  }
});

test('a segment with a time before that of the previous one is a retransmission, not out of order', {
  skip,
}, () => {
  const all: Said[] = [
    { way: '<', seq: 1, ack: 1, body: TEN },
    { way: '<', seq: 21, ack: 1, body: TEN, ms: 1 },
    { way: '<', seq: 11, ack: 1, body: TEN, ms: -90 },
    { way: '<', seq: 31, ack: 1, flags: FIN | ACK, ms: 3 },
  ];
  const [ours, theirs] = bothOf('back', 4000, all, []);
  assert.match(ours, /TCP Retransmission/);
  assert.equal(ours, theirs);
});

test('a truncated header shows only its ports', { skip }, () => {
  const flags = fields(
    'tcp.srcport',
    'tcp.dstport',
    'tcp.seq',
    'tcp.ack',
    'tcp.flags.str',
    'tcp.hdr_len',
    'tcp.window_size',
  );
  const [ours, theirs] = bothOf('cut', 80, [{ way: '<', seq: 70, ack: 90, kept: 40 }], flags);
  assert.equal(ours, theirs);
  const [tree, theirTree] = bothOf('cut', 80, [{ way: '<', seq: 70, ack: 90, kept: 40 }], ['-V']);
  const ofTcp = (text: string): string => text.slice(text.indexOf('Transmission Control Protocol')).trim();
  assert.equal(ofTcp(tree), ofTcp(theirTree));
});

test('HEAD is HTTP on any port, and its response has no body', { skip }, () => {
  const [ours, theirs] = bothOf(
    'head',
    9999,
    [
      { way: '>', seq: 1, ack: 1, flags: PSH | ACK, body: 'HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n' },
      { way: '<', seq: 1, ack: 30, flags: PSH | ACK, body: 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n' },
    ],
    [],
  );
  assert.match(ours, /HTTP 83 HEAD/);
  assert.equal(ours, theirs);
});

test('a body declared as XML is XML, and lost segments precede what was read', { skip }, () => {
  const body = '<?xml version="1.0" encoding="UTF-8"?>\n<html><p>hello</p></html>\n';
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n`;
  const all: Said[] = [
    { way: '<', seq: 1, ack: 1, flags: PSH | ACK, body: TEN },
    { way: '<', seq: 900, ack: 1, flags: PSH | ACK, body: head + body, ms: 1 },
  ];
  const columns = fields('frame.protocols', '_ws.col.Protocol', '_ws.col.Info');
  const [ours, theirs] = bothOf('xml', 80, all, columns);
  assert.match(
    ours,
    /data-text-lines:xml\tHTTP\/XML\t\[TCP Previous segment not captured\] HTTP\/1.1 200 OK/,
  );
  assert.equal(ours, theirs);
});

/** An SMB1 message without parameters or data, behind its NetBIOS session header ([MS-CIFS] §2.2.3.1). */
function smb(command: number, tree: number, isReply: boolean): Buffer {
  const message = Buffer.alloc(4 + 35);
  message[3] = 35;
  message.write('\xffSMB', 4, 'latin1');
  message[8] = command;
  message[13] = isReply ? 0x80 : 0;
  message.writeUInt16LE(tree, 28);
  message.writeUInt16LE(65279, 30);
  message.writeUInt16LE(64, 34);
  return message;
}

test('an SMB response with a new tree id is matched to its request', { skip }, () => {
  const all: Said[] = [
    { way: '>', seq: 1, ack: 1, flags: PSH | ACK, body: smb(0x71, 0, false) },
    { way: '<', seq: 1, ack: 40, flags: PSH | ACK, body: smb(0x71, 2048, true), ms: 5 },
  ];
  const [ours, theirs] = bothOf('smb', 445, all, fields('smb.cmd', 'smb.response_to', 'smb.time'));
  assert.match(ours, /\t1\t0\.005000000\n$/);
  assert.equal(ours, theirs);
  const [table, theirTable] = bothOf('smb', 445, all, ['-q', '-z', 'smb,srt']);
  assert.equal(table, theirTable);
});

/** A Device-Watchdog of Diameter with its Origin-Host (RFC 6733 §5.5), and an Echo of GTP version 1 (3GPP TS 29.060 §7.2). */
const watchdog = (flags: string): Buffer =>
  Buffer.concat([
    Buffer.from(`01000028${flags}00011800000000000000070000000a0000010840000014`, 'hex'),
    Buffer.from('host.example'),
  ]);
const echo = (type: string): Buffer => Buffer.from(`32${type}00040000000000090000`, 'hex');

test('Diameter and GTP responses are matched to requests, with response times', { skip }, () => {
  for (const [name, port, ask, answer, names] of [
    ['diameter', 3868, watchdog('80'), watchdog('00'), ['answer_in', 'answer_to', 'resp_time']],
    ['gtp', 2123, echo('01'), echo('02'), ['response_in', 'response_to', 'time']],
  ] as const) {
    const all: Said[] = [
      { way: '>', seq: 1, ack: 1, flags: PSH | ACK, body: ask },
      { way: '<', seq: 1, ack: 1 + ask.length, flags: PSH | ACK, body: answer, ms: 5 },
    ];
    const flags = fields(...names.map((field) => `${name}.${field}`));
    const [ours, theirs] = bothOf(name, port, all, ['-2', ...flags]);
    assert.equal(ours, '2\t\t\n\t1\t0.005000000\n');
    assert.equal(ours, theirs);
    const [table, theirTable] = bothOf(name, port, all, ['-q', '-z', `${name},srt`]);
    assert.equal(table, theirTable);
  }
});

/** A message of SMB1 in its NetBIOS frame: a command, and what stands behind the header. */
function chained(command: number, rest: readonly number[]): Buffer {
  const head = Buffer.alloc(36);
  head.writeUInt32BE(32 + rest.length);
  head.set([0xff, 0x53, 0x4d, 0x42, command], 4);
  head[13] = 0x18;
  return Buffer.concat([head, Buffer.from(rest)]);
}

test('SMB shows each command of a chain, and its end', { skip }, () => {
  const bodies = [
    chained(0x74, [2, 0xff, 0, 0, 0, 0, 0]),
    // Log off, and with it (at 39) connect to a tree.
    chained(0x74, [
      ...[2, 0x75, 0, 39, 0, 0, 0],
      ...[4, 0xff, 0, 0, 0, 0, 0, 1, 0, 13, 0, 0, ...Buffer.from('\\\\A\\IPC\0IPC\0')],
    ]),
    chained(0x24, [8, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ];
  let seq = 1;
  const all = bodies.map((body): Said => {
    const said: Said = { way: '>', seq, ack: 1, flags: PSH | ACK, body };
    seq += body.length;
    return said;
  });
  const [ours, theirs] = bothOf('smb', 445, all, fields('smb.cmd', 'smb.andxoffset', '_ws.col.Info'));
  assert.match(ours, /^0x74,0xff\t0\t.*\n0x74,0x75,0xff\t39,0\t.*\n0x24,0xff\t0\t/);
  assert.equal(ours, theirs);
});
