import { readdirSync } from 'node:fs';
import { compileFilter, fieldNames, fieldNamed, protocolNames, NONE } from '@eyrie/dissect';
import { openStore } from '../src/index.ts';
import { batchesOf, packetsOf } from '../test/support.ts';
const dir = '/work/shared/captures/';
const files = readdirSync(dir).filter((f) => /\.(pcap|pcapng)$/.test(f)).map((f) => dir + f).concat(['/tmp/wt/store/samples/office-hour.pcapng', '/tmp/wt/store/samples/port-scan.pcapng']);
const s = await openStore('duckdb::memory:');
const id = new Map<string, number>();
for (const f of files) { try { const bs = batchesOf(f); const w = await Promise.all(bs.map((b) => s.write(b))); if (w[0]!.applied) id.set(f, w[0]!.capture); } catch (e) { console.log(f, (e as Error).message.slice(0, 100)); } }
console.log('stored', id.size, await s.info().then((i) => i.packets));
const P = [...protocolNames()];
const filters: string[] = [
 'ip.src == 10.0.0.0/8', 'ip.addr == 192.168.1.1', 'ip.addr != 10.0.0.0/8', '!(ip.addr == 10.0.0.0/8)', 'ip.src < 100.0.0.0', 'ip.src >= 10.0.0.0/8', 'ip.dst <= 192.168.0.0/16', 'ipv6.src == fe80::/10', 'ipv6.addr', 'ipv6.dst > fe80::', 'eth.addr', 'eth.src[0] & 1', 'eth.dst == ff:ff:ff:ff:ff:ff', 'ip.addr in {10.0.0.0/8, 192.168.0.0..192.168.255.255}', 'any ip.addr in {10.0.0.0/8}', 'all ip.addr in {10.0.0.0/8}', 'ip.src === 10.0.0.0/8', 'ip.addr !== 10.0.0.0/8', 'all ip.addr == 10.0.0.0/8', 'ip.src == ip.dst',
 'tcp', 'udp', 'dns || http', 'tls && !dns', 'tcp ^^ ip', 'tcp.port == 443', 'tcp.port != 443', 'udp.port in {53, 5353, 60000..65535}', 'tcp.srcport > tcp.dstport', 'tcp.srcport == tcp.dstport', 'tcp.flags.syn == 1 && tcp.flags.ack == 0', 'tcp.flags & 2', 'tcp.flags == 0x12', 'tcp.flags.reset', 'tcp.flags.res == 0', 'tcp.flags.ns == 1', 'tcp.len > 0', 'tcp.len + 40 > 100', 'tcp.stream == 0', 'tcp.stream in {1..5}', 'udp.stream == 2', 'tcp.analysis.retransmission', '!tcp.analysis.flags', 'tcp.analysis.duplicate_ack', 'tcp.analysis.flags && tcp.len == 0', 'tcp.analysis.lost_segment || _ws.malformed', '_ws.short',
 'frame.number == 5', 'frame.len > 100', 'frame.len < frame.cap_len', 'frame.cap_len <= 60', 'frame.number in {1..10}', 'frame.time_relative > 0.5', 'frame.time_relative == 0', 'frame.time_epoch > 1000000000', 'frame.time > "2015-01-01T00:00:00Z"', 'frame.interface_id == 0', 'frame.protocols contains "tls"', 'frame.protocols matches "^eth:.*:dns$"', 'frame.protocols == "eth:ethertype:ip:tcp"', '_ws.col.Protocol == "DNS"', '_ws.col.Protocol matches "^tls"', '"TCP" == _ws.col.Protocol', '443 == tcp.port', '1000 < frame.len', 'http.request.method == "GET"', 'http.host contains "a"', 'dns.qry.name && udp', '!(dns.flags.response == 1)', 'dns.flags.response == 0 && ip.src == 10.0.0.0/8', 'tls.handshake.type == 1 || dns', 'ip.ttl < 64', 'icmp', 'frame.number - 3 == 2', 'tcp.dstport * 2 > 2000', 'len(ip.src) == 4', 'count(ip.src) == 1', 'sctp.port', 'dccp.srcport', 'sctp.srcport == 1', 'ip.proto == 17', 'eth.type == 0x800', '_ws.expert', '_ws.expert.severity == 6', 'frame.number == "x"', 'tcp[13] & 2', 'frame[0:2]',
];
const fields = [...fieldNames()];
for (const p of P) filters.push(p, `!${p}`);
for (const f of fields) filters.push(f);
let bad = 0, rowsSeen = 0, cand = 0, ex = 0, n = 0;
const only = process.argv[2];
const t0 = Date.now();
for (const [f, capture] of id) {
  if (only && !f.includes(only)) continue;
  // evaluate all filters in one pass
  const tests = new Map<string, (p: any) => boolean>(); 
  const list = filters.slice(0, 90).concat(filters.slice(90, 90 + 2 * P.length).filter(() => Math.random() < 0.15), filters.slice(90 + 2 * P.length).filter(() => Math.random() < 0.012));
  for (const q of list) { try { tests.set(q, compileFilter(q)); } catch {} }
  const pass = new Map<string, Set<number>>([...tests.keys()].map((q) => [q, new Set()]));
  let total = 0;
  for (const p of packetsOf(f)) { total++; if (total > 20000) break; for (const [q, t] of tests) try { if (t(p)) pass.get(q)!.add(p.number); } catch (e) { console.log("PRED", q, (e as Error).message, p.number, f); tests.delete(q); } }
  for (const q of tests.keys()) {
    const page = await s.packets({ filter: q, capture, limit: 10000 });
    n++; if (page.exact) ex++;
    const want = pass.get(q)!; const got = new Set<number>();
    let wrong: string | null = null;
    for (const r of page.items) { got.add(r.number); rowsSeen++; if (r.isCandidate) cand++; else if (!want.has(r.number)) wrong ??= `sure but fails: ${r.number} ${r.path} ${r.src}>${r.dst}`; }
    if (page.next === null) for (const w of want) if (!got.has(w)) { wrong ??= `missed ${w}`; }
    if (wrong) { if (bad++ < 40) console.log(q, f.split('/').at(-1), wrong); }
  }
}
console.log({ bad, n, ex, rowsSeen, cand, ms: Date.now() - t0 });
await s.close();
