// Display filters and how many packets of the bundled capture pass them: as many as of tshark 4.0's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Dissector } from '../../src/core/dissector.ts';
import { newFrame } from '../../src/files/frame.ts';
import { CaptureReader } from '../../src/files/reader.ts';
import { compileFilter } from '../../src/filter/compile.ts';
import { FilterError } from '../../src/filter/error.ts';

const sample = join(import.meta.dirname, '../../../../samples/office-hour.pcapng');

const PASSING: readonly (readonly [filter: string, packets: number])[] = [
  ['tcp.flags.syn == 2', 188],
  ['dns.qry.name[0:3] == 77:77:77', 86],
  ['dns.qry.name[0:3] == "www"', 86],
  ['dns.qry.name[0:3] contains 77', 86],
  ['udp[8:2]', 0],
  ['udp[8:2] == 00:01', 0],
  ['udp[0:2] == 00:35', 199],
  ['frame[58:5]', 4901],
  ['frame[100:500]', 1242],
  ['frame[58:2]', 4903],
  ['tcp.flags.str contains "S"', 188],
  ['tcp.flags.str == "··········S·"', 108],
  ['ip.addr#1 == 192.168.10.1', 442],
  ['ip.addr#2', 52],
  ['tcp.port in {80, 443..445}', 1138],
  ['tcp.port not in {80}', 4528],
  ['!(tcp.port in {80})', 4528],
  ['not tcp.port in {80}', 4528],
  ['ip.ttl & 1', 54],
  ['ip.ttl & 1 == 1', 54],
  ['frame.len - 14 == ip.len', 3152],
  ['frame.len % 2 == 0', 4505],
  ['max(tcp.srcport, tcp.dstport) == 443', 0],
  ['abs(tcp.seq - tcp.ack) > 10', 2952],
  ['frame.time >= "2026-11-21 11:52:30"', 4934],
  ['ip.src == 192.168.10.0/24', 2116],
  ['ip.src in {192.168.10.0/24}', 2116],
  ['eth.addr[0:3] == 00:11:32', 793],
  ['eth.addr contains 11:32', 793],
  ['ip.src[0] == 10', 0],
  ['ip.src[0] == 0a', 1061],
  ['ssl', 218],
  ['bootp', 27],
  ['http.request.method == GET', 27],
  ["http.request.method == 'G'", 0],
  ['tcp.payload[0] == 0x16', 37],
  ['tcp.payload[0:2] == 16:03', 33],
  ['tcp.payload matches "^GET"', 27],
  ['frame matches "GET"', 50],
  ['dns.flags.response == 1', 232],
  ['dns.flags.response == "Message is a response"', 232],
  ['ip.proto == TCP', 2272],
  ['ip.proto == "TCP"', 2272],
  ['eth.type == IPv4', 3152],
  ['frame.protocols contains "dns"', 451],
  ['tcp.analysis.flags', 236],
  ['tcp.seq > 0xff', 2015],
  ['ip.id == 0x491c', 1],
  ['ip.version == 0x4', 3284],
  ['udp.port == 53 or tcp and not http', 3695],
  ['(udp.port == 53 or tcp) and not http', 3695],
  ['ip.addr == 192.168.10.10 && ip.addr == 192.168.10.1', 38],
  ['ip == 45:00', 0],
  ['len(dns.qry.name) == 15', 2],
  ['len(tcp.payload) > 1000', 1119],
  ['count(dns.a) > 1', 0],
  ['string(frame.number) matches "[02468]$"', 2562],
  ['lower(http.host) contains "alder"', 26],
  ['frame[-2:] == 00:00', 183],
  ['arp.opcode == 1', 85],
  ['dns.qry.type == 1', 192],
  ['icmp.type == 8', 20],
  ['tcp.window_size < 1000', 83],
  ['any tcp.port == 80', 597],
  ['all tcp.port > 1023', 1464],
  ['tls.handshake.extensions_server_name contains "alder"', 17],
  ['dns.time < 0.001', 148],
  ['tcp.time_delta > 1', 37],
  ['tcp.time_relative > 10', 102],
  ['tcp.analysis.ack_rtt > 0.01', 310],
  ['tcp.analysis.initial_rtt', 3094],
  ['tcp.analysis.bytes_in_flight > 5000', 200],
  ['tcp.analysis.acks_frame', 1484],
  ['tcp.analysis.rto', 4],
  ['tcp.analysis.push_bytes_sent', 1893],
  ['tcp.options.mss_val == 1460', 73],
  ['frame.time_delta > 1', 52],
  ['frame.interface_name == "switch"', 5125],
  ['tcp.stream eq 3', 15],
  ['smb2.cmd == 5', 14],
  ['udp.stream == 2', 4],
  ['http.request.uri == "/old"', 1],
  ['ip.dsfield.dscp == 46', 0],
  ['ip.flags.df == 1 && ip.ttl == 64', 2128],
  ['eth.dst.ig == 1', 344],
  ['ipv6.addr == fe80::/10', 206],
  ['icmpv6.type == 135', 83],
  ['frame.marked == 0', 5125],
  ['tcp.flags == 0x012', 80],
  ['tcp.flags.reset == 1', 40],
  ['tcp.flags.ack && tcp.flags.push', 3367],
  ['not ip', 1841],
  ['!ip', 1841],
  ['tcp || udp', 4626],
  ['tcp or udp && dns', 3767],
  ['ip.len gt 1000 and ip.len lt 1400', 30],
  ['ip.src ne 192.168.10.1', 3045],
  ['http.response.code in {200, 404}', 29],
  ['http.response.phrase ~ "not"', 1],
  ['tcp.flags & 0x0f == 2', 188],
  ['eth[0] & 1', 344],
  ['eth[0] & 1 == 1', 344],
  ['tcp.window_size_scalefactor == -1', 24],
  ['tcp.window_size_scalefactor == -2', 0],
  ['udp.dstport == udp.srcport', 69],
  ['udp.dstport == 52 + 1', 201],
  ['udp.length == ip.len - 20', 978],
  ['udp.port * { 10 / {5 - 4} } == udp.port * { {50 + 50} / 2 - 40 }', 1269],
  ['ip.src#2', 52],
  ['ip.addr#2 == 10.20.0.0/16', 23],
  ['ip.dst#[-1] == 192.168.10.1', 203],
  ['ip.dst#[1-2] == 192.168.10.1', 203],
  ['ip.ttl#[-1] > 60', 3231],
  ['udp[-2:]', 1269],
  ['udp[2:2] == 00:35', 201],
  ['ip[0] == 45', 3276],
  ['ip[12:4] == c0:a8:0a:0a', 248],
  ['len(ip) == 20', 3276],
  ['len(tcp) > 20', 3330],
  ['frame[6:3] == 00:11:32', 421],
  ['frame[-4:4] == 00:00:00:00', 103],
  ['frame[0:2,12:2] contains 08:00', 3152],
  ["tcp contains 'G'", 1532],
  ['tcp.port in {20..25, 80, 8000..8100}', 2062],
  ['frame.time_relative in {10 .. 20}', 359],
  ['http.request.method in {"GET", "POST"}', 34],
  ['http.user_agent matches "(?i)curl"', 3],
  ['http.host[0:3] == "www"', 23],
  ['upper(http.request.method) == "GET"', 27],
  ['dns.qry.name == "nas.office.example"', 74],
  ['dns.qry.name > "n"', 224],
  ['ip.src > 192.168.0.0', 2248],
  ['ip.src >= 10.20.0.80 && ip.src <= 10.20.0.84', 851],
  ['tcp.flags.syn == True', 188],
  ['icmp and ((icmp.type > 0 and icmp.type < 8) or icmp.type > 8)', 12],
  ['.tcp', 3367],
  ['udp.srcport == .udp.dstport', 69],
  ['dns.flags.response == "Message is a query"', 221],
  ['tcp.checksum.status in {"Unverified", "Good"}', 3367],
  ['tcp.analysis.retransmission || tcp.analysis.fast_retransmission', 17],
  ['any ip.addr > 192.168.10.100', 3135],
  ['all ip.addr > 192.168.10.10', 748],
  ['max(udp.srcport, udp.dstport) < 1024', 51],
  ['count(ip.addr) > 2', 52],
  ['string(tcp.port) matches "^80"', 1684],
  ['string(ip.src) contains "10.20"', 1045],
  ['tcp.options.timestamp.tsval > 0', 3330],
  ['tcp.len bitwise_and 1', 281],
  ['frame.len % 256 == 0', 1],
];

test('each filter passes the packets that tshark passes', () => {
  const filters = PASSING.map(([filter]) => compileFilter(filter));
  const counts = PASSING.map(() => 0);
  const reader = new CaptureReader();
  reader.feed(readFileSync(sample));
  reader.finish();
  const dissector = new Dissector();
  dissector.session.interfaces = reader.interfaces;
  const frame = newFrame();
  while (reader.next(frame)) {
    const p = dissector.dissect(frame);
    filters.forEach((passes, i) => {
      if (passes(p)) counts[i]! += 1;
    });
    dissector.session.display(p);
  }
  assert.deepEqual(
    PASSING.map(([filter], i) => [filter, counts[i]]),
    PASSING,
  );
});

/** What tshark takes no more, or never did, and what means here. */
const ALSO_PASSING = [
  'ip.version = 4',
  'tcp.port in {80 443}',
  'tcp xor udp',
  '6 == ip.proto',
  'tcp.flags.ecn',
];

test('what was written so once, or is plain enough, is understood', () => {
  for (const filter of ALSO_PASSING) assert.doesNotThrow(() => compileFilter(filter), filter);
});

const REFUSED: readonly (readonly [filter: string, why: RegExp])[] = [
  ['http.host == "\\HEAD"', /^\\H is no escape; write \\\\ for a backslash, or r"…"$/],
  ["ip.proto == '\\Z'", /^\\Z is no escape/],
  ['http.host == "\\ud800"', /^\\ud800 is no character of Unicode$/],
  ['http.host == "\\U00110000"', /^\\U00110000 is no character of Unicode$/],
  ['http.host == "\\u20"', /^\\u is no escape/],
  ['frame == "00"[1]', /^only fields and functions have slices$/],
  ['frame.time_delta in {0.1...7}', /^no field or protocol "7"/],
  ['upper(tcp.seq) == "4"', /^upper\(\) takes text; string\(\) makes it of other values$/],
  ['frame.time == "2002-12-31 13:55.3"', /^"2002-12-31 13:55.3" is no point in time/],
  ['123 in {ip}', /^no field or protocol "123"/],
  ['ip.src#x == 1.2.3.4', /^a layer is #2, #\[1-3\] or #\[-1\]$/],
  ['tcp#2', /^only a field stands in layers$/],
  ['udp.dstport == 68-1', /^"68-1" is no number$/],
  ['tcp.port == .nothing', /^no field or protocol "nothing"/],
  ['tcp.flags.syn == "x"', /^"x" is neither true nor false$/],
];

test('what is wrong is said', () => {
  for (const [filter, why] of REFUSED)
    assert.throws(
      () => compileFilter(filter),
      (error) => error instanceof FilterError && why.test(error.message),
      filter,
    );
});
