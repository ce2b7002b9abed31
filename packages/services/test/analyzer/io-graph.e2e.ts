// One series of an I/O graph counts what eyrie read finds, also where columns cannot decide.
import assert from 'node:assert/strict';
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStore } from '@eyrie/store';
import {
  type Analyzer,
  fields,
  imported,
  type Json,
  OFFICE,
  officeStore,
  passing,
  startAnalyzer,
} from './support.ts';

let analyzer: Analyzer;
/** Of each packet, as text with nine decimals. */
let texts: string[];
let times: number[];
let lengths: number[];
before(async () => {
  analyzer = await startAnalyzer(await officeStore());
  const rows = await fields(OFFICE, 'frame.time_epoch', 'frame.len');
  texts = rows.map(([time]) => time!);
  times = texts.map(Number);
  lengths = rows.map(([, length]) => Number(length));
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
});

const graph = async (terms: Record<string, string>): Promise<Json> =>
  (await analyzer.get(`/io_graph?${new URLSearchParams(terms)}`)).body;
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

test('/io_graph, each filter: packets and bytes per bucket are those that eyrie read -Y finds', async () => {
  // The first is decided by columns, the second by bytes, the third by both, the fourth needs earlier packets.
  const filters = ['tcp', 'http.request.method == "GET"', 'dns && dns.flags.response == 1', 'http.time > 0'];
  const expected = await passing(OFFICE, filters);
  for (const filter of filters) {
    const { start, step, packets, bytes, is_exact } = await graph({ filter, buckets: '50' });
    const wanted = { packets: packets.map(() => 0), bytes: packets.map(() => 0) };
    for (const number of expected.get(filter)!) {
      const at = Math.floor((times[number - 1]! - start) / step + 1e-6);
      wanted.packets[at]++;
      wanted.bytes[at] += lengths[number - 1]!;
    }
    assert.ok(expected.get(filter)!.length > 0, filter);
    assert.equal(is_exact, true, filter);
    assert.deepEqual({ packets, bytes }, wanted, filter);
  }
});

test('/io_graph, a filter of the page beside that of the series: both must hold, whatever joins their terms', async () => {
  const q = 'http.request || dns';
  const filter = 'udp or http.host contains "files"';
  const both = `(${q}) && (${filter})`;
  const { packets } = await graph({ q, filter });
  assert.equal(sum(packets), (await passing(OFFICE, [both])).get(both)!.length);
});

test('/io_graph, a part of the time: finer buckets, and only packets within it', async () => {
  const [from, to] = [texts[1000]!, texts[2000]!];
  const whole = await graph({ buckets: '100' });
  const part = await graph({ buckets: '100', from, to });
  assert.ok(part.step < whole.step && part.packets.length <= 100);
  assert.equal(sum(part.packets), texts.filter((time) => time >= from && time < to).length);
});

test('/io_graph, a wrong filter: the error is where it was typed', async () => {
  const { error } = await graph({ q: 'tcp', filter: 'tcp && nosuch.field' });
  assert.deepEqual([error.code, error.at.at], ['bad_filter', 7]);
});

test('/io_graph, undecided by columns and the file gone: all that may pass is counted, and said to be no exact count', async () => {
  const store = await openStore('duckdb::memory:');
  const other = await startAnalyzer(store);
  try {
    const file = join(other.folder, 'office.pcapng');
    await copyFile(OFFICE, file);
    await imported(store, file);
    await rename(file, `${file}.away`);
    const filter = 'http.request.method == "GET"';
    const { body } = await other.get(`/io_graph?${new URLSearchParams({ filter })}`);
    assert.equal(body.is_exact, false);
    assert.ok(sum(body.packets) > (await passing(OFFICE, [filter])).get(filter)!.length);
  } finally {
    await other.close();
    await store.close();
  }
});
