// What others may send to make a log grow without end, or to stop it.
import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { Dissector, newFrame } from '@eyrie/dissect';
import { Conn } from '../../src/zeek/conn/conn.ts';
import { Endpoint } from '../../src/zeek/conn/endpoint.ts';
import { Uids } from '../../src/zeek/conn/uid.ts';
import { type LogKind, type RowSink, ZeekLogs } from '../../src/zeek/index.ts';
import { CertificateLog } from '../../src/zeek/records/certificate-log.ts';

const OFFICE = join(import.meta.dirname, '../../../../samples/office-hour.pcapng');

/** Rows as objects. */
class Rows implements RowSink {
  readonly rows: Record<string, unknown>[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  write<Row>({ path, columns }: LogKind<Row>, row: Row): void {
    if (path === this.#path)
      this.rows.push(Object.fromEntries(columns.map(([name, , read]) => [name, read(row)])));
  }
}

/** An IPv4 packet with an ICMP echo request in Ethernet. */
function echo(host: number): Uint8Array<ArrayBuffer> {
  const ip = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, host >> 8, host & 255, 10, 9, 9, 9];
  return Uint8Array.from([...Array(12).fill(2), 8, 0, ...ip, 8, 0, 0, 0, 0, 1, 0, 1]);
}

test('connections over other protocols end in time, however many others go on', () => {
  const sink = new Rows('conn');
  const dissector = new Dissector({ matchReplies: false });
  const logs = new ZeekLogs(dissector.session, sink);
  const frame = newFrame();
  const send = (host: number, seconds: number): void => {
    const data = echo(host);
    Object.assign(frame, { data, start: 0, end: data.length, wireLength: data.length, linkType: 1 });
    Object.assign(frame, { number: frame.number + 1, seconds, nanoseconds: 0, hasTime: true });
    logs.add(dissector.dissect(frame));
  };
  for (let host = 0; host < 200; host++) send(host, 0);
  for (let host = 0; host < 100; host++) send(host, 50);
  send(0, 65);
  assert.equal(sink.rows.length, 100);
  logs.end();
  assert.equal(sink.rows.length, 200);
});

test('a server name that is none fits no certificate', async () => {
  let bytes: Uint8Array | undefined;
  const sink: RowSink = {
    write: ({ path }, row) => {
      if (path === 'x509') bytes ??= (row as { certificate: X509Certificate }).certificate.raw;
    },
  };
  const dissector = new Dissector();
  const logs = new ZeekLogs(dissector.session, sink);
  const source = await openCapture(OFFICE);
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) logs.add(dissector.dissect(frame));
  const ends = { orig: new Endpoint('192.0.2.1', 1024), resp: new Endpoint('192.0.2.2', 443) };
  const start = { uid: 'C', proto: 'tcp', ipProto: 6, direction: 0, isFlipped: false, time: 0 } as const;
  const conn = new Conn({ ...start, ...ends, addresses: [new Uint8Array(4), new Uint8Array(4)] });
  const certificates = new CertificateLog({ uids: new Uids(), write: () => {} });
  const [own] = certificates.see({ conn, time: 0, isOrig: false }, [bytes!]);
  assert.equal(own!.isFor('bank.alder.example'), true);
  assert.equal(own!.isFor('bank.alder.example\0.other.example'), false);
});
