import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '@eyrie/dissect';
import { DnsOverview } from '../../src/analyzer/overviews/dns.ts';
import { is, Tally } from '../../src/analyzer/overviews/tally.ts';

test('Tally, texts as long as a stranger likes: holds so many characters, and says that there are more', () => {
  const tally = new Tally('uris');
  for (let i = 0; i < 1000; i++) {
    const uri = `${i}${'x'.repeat(1 << 16)}`;
    tally.add(uri, is('http.request.uri', uri));
  }
  const { distinct, is_whole, items } = tally.table();
  assert.ok(distinct > 50 && distinct < 300, String(distinct));
  assert.equal(is_whole, false);
  // A filter that long would be refused.
  assert.deepEqual([items[0]!.text.length, items[0]!.filter], [301, null]);
});

test('Tally, short texts: all are told apart, the most frequent first, each with its filter', () => {
  const tally = new Tally('names');
  for (let i = 0; i < 1000; i++) tally.add(`${i % 700}`, `f == ${i % 700}`, { seconds: i });
  const { distinct, is_whole, items } = tally.table();
  assert.deepEqual([distinct, is_whole, items.length], [700, true, 50]);
  assert.deepEqual(
    [items[0]!.text, items[0]!.count, items[0]!.filter, items[0]!.seconds],
    ['0', 2, 'f == 0', 350],
  );
});

test('DNS: errors add up to their figure, also those without a name; a name that nobody answered is listed as such', () => {
  const overview = new DnsOverview();
  const base = { 'id.orig_h': '192.0.2.1', 'id.resp_h': '192.0.2.53', query: null, rcode: null };
  for (const row of [
    { ...base, query: 'a.example', rcode: 3, rcode_name: 'NXDOMAIN' },
    { ...base, rcode: 5, rcode_name: 'REFUSED' },
    { ...base, query: 'b.example' },
    { ...base, query: 'c.example', rcode: 0, rcode_name: 'NOERROR' },
  ])
    overview.take('dns', (name) => (row as Record<string, string | number | null>)[name] ?? null);
  const { figures, tables } = overview.answer();
  const lines = (wanted: string) =>
    tables.find(({ name }) => name === wanted)!.items.map(({ text, filter }) => [text, filter]);
  assert.equal(figures.find(({ name }) => name === 'failed')!.value, lines('failed').length);
  assert.deepEqual(lines('failed'), [
    ['(no name) REFUSED', '!dns.qry.name && dns.flags.rcode == 5'],
    ['a.example NXDOMAIN', 'dns.qry.name == "a.example" && dns.flags.rcode == 3'],
  ]);
  assert.deepEqual(lines('unanswered'), [['b.example', 'dns.qry.name == "b.example"']]);
});

test('DNS, queries without a response: their line filters by identifier and name, as far as a filter can be', () => {
  const filterOf = (rows: readonly { trans_id: number; query: string | null }[]) => {
    const overview = new DnsOverview();
    const base = { 'id.orig_h': '192.0.2.1', 'id.resp_h': '192.0.2.53', rcode: null };
    for (const row of rows)
      overview.take(
        'dns',
        (name) => (({ ...base, ...row }) as Record<string, string | number | null>)[name] ?? null,
      );
    const codes = overview.answer().tables.find(({ name }) => name === 'codes')!;
    return codes.items.find(({ text }) => text === 'no answer')!.filter;
  };
  const ids = (...all: number[]) => `dns.flags.response == 0 && dns.id in {${all.join(', ')}}`;
  const a = { trans_id: 1, query: 'a.example' };
  const b = { trans_id: 0, query: 'b".local' };
  const names = 'dns.qry.name == "a.example" || dns.qry.name == "b\\".local"';
  assert.equal(filterOf([a, b, a]), `${ids(1, 0)} && (${names})`);
  assert.doesNotThrow(() => compileFilter(filterOf([a, b])!));
  assert.equal(filterOf([a, { trans_id: 7, query: null }]), ids(1, 7));
  const many = (n: number) =>
    Array.from({ length: n }, (_, id) => ({ trans_id: id, query: `${id}.example` }));
  assert.equal(filterOf(many(51)), ids(...many(51).map(({ trans_id: id }) => id)));
  assert.equal(filterOf(many(3000)), null);
});
