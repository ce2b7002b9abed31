// Messages of HTTP whose bodies come late, or never: what is known of them is logged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dissector } from '@eyrie/dissect';
import { type Chunk, framesOf } from '../../../../test/support/tls-session.ts';
import { type LogKind, type RowSink, ZeekLogs } from '../../src/zeek/index.ts';

const text = new TextEncoder();

/** The rows of http.log, by column; `> GET …` and `< HTTP/1.1 …` are segments. */
function rowsOf(...said: string[]): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  const sink: RowSink = {
    write<Row>({ path, columns }: LogKind<Row>, row: Row) {
      if (path === 'http') rows.push(Object.fromEntries(columns.map(([name, , read]) => [name, read(row)])));
    },
  };
  const dissector = new Dissector();
  const logs = new ZeekLogs(dissector.session, sink);
  const chunks = said.map((each): Chunk => [each[0] as '>' | '<', text.encode(each.slice(2))]);
  for (const frame of framesOf(chunks)) logs.add(dissector.dissect(frame));
  logs.end();
  return rows;
}

function shown(rows: readonly Record<string, unknown>[]): string[] {
  const columns = ['trans_depth', 'method', 'uri', 'status_code', 'request_body_len', 'response_body_len'];
  return rows.map((row) => columns.map((name) => row[name] ?? '-').join(' '));
}

const GET = '> GET /a HTTP/1.1\r\nHost: example.org\r\nUser-Agent: test\r\n\r\n';
const POST = '> POST /b HTTP/1.1\r\nHost: example.org\r\nContent-Length: 10\r\n\r\n';
const OK = '< HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';

test('a response that never came whole', () => {
  assert.deepEqual(shown(rowsOf(GET, OK, '< 01234')), ['1 GET /a 200 0 -']);
});

test('a response whose head never came whole, or none at all', () => {
  assert.deepEqual(shown(rowsOf(GET, '< HTTP/1.1 200 OK\r\n')), ['1 GET /a - 0 0']);
  assert.deepEqual(shown(rowsOf(GET)), ['1 GET /a - 0 0']);
});

test('a request that never came whole, and what it said of itself', () => {
  const [row, ...more] = rowsOf(POST, '> 01234');
  assert.deepEqual(more, []);
  assert.deepEqual(shown([row!]), ['1 POST /b - - 0']);
  assert.equal(row!.host, 'example.org');
  assert.equal(row!.version, '1.1');
});

test('a body that comes late belongs to its request, whose time is that of its head', () => {
  const rows = rowsOf(POST, '< HTTP/1.1 100 Continue\r\n\r\n', '> 0123456789', OK, '< 01234', '< 56789');
  assert.deepEqual(shown(rows), ['1 POST /b 200 10 10']);
  assert.equal(rows[0]!.info_code, 100);
  assert.equal(rows[0]!.ts, 1_700_000_000);
});

test('who answers before the request came whole', () => {
  const refused = '< HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n';
  assert.deepEqual(shown(rowsOf(POST, '> 01234', refused, '> 56789', GET)), [
    '1 POST /b 413 - 0',
    '2 GET /a - 0 0',
  ]);
});
