// Expert information: what is reported, and that filters find it by its own field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn } from '../../src/core/columns.ts';
import { reportExpertInfo } from '../../src/core/expert.ts';
import type { Packet } from '../../src/core/packet.ts';
import { treeOf } from '../../src/core/tree.ts';
import { compileFilter } from '../../src/filter/compile.ts';
import '../../src/expert/index.ts';
import { bytesOf, dissect, etherFrame, join, udpFrame } from './support.ts';

function findings(p: Packet): string[] {
  const found: string[] = [];
  for (let layer = 0; layer < p.count; layer++)
    reportExpertInfo(p, layer, (severity, group, message) => found.push(`${severity} ${group}: ${message}`));
  return found;
}

function assertFound(frame: Uint8Array, finding: string, field: string, linkType?: number): void {
  const p = dissect([frame], linkType);
  assert.ok(findings(p).includes(finding), `${findings(p).join('; ')} has ${finding}`);
  assert.equal(compileFilter(field)(p), true, field);
}

/** An IPv4 header for `length` bytes of UDP, from and to 1.1.1.1. */
const ipv4 = (length: number): string =>
  `4500${(20 + length).toString(16).padStart(4, '0')}0000000040110000${'01'.repeat(8)}`;
const UDP = '9c409c41000a0000abcd';

test('Ethernet: a frame from a group address', () => {
  const frame = etherFrame(0x0800, `${ipv4(10)}${UDP}`);
  frame[6] = 0x03;
  const said = 'Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)';
  assertFound(frame, `warn protocol: ${said}`, 'eth.src_not_group');
  frame[6] = 0x02;
  assert.equal(compileFilter('eth.src_not_group')(dissect([frame])), false);
});

test('Ethernet: filled up to the minimum length with anything but zeros', () => {
  const padded = (padding: string): Uint8Array =>
    join(etherFrame(0x0800, `${ipv4(10)}${UDP}`), bytesOf(padding.repeat(16)));
  const said =
    "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros.";
  assertFound(padded('aa'), `note protocol: ${said}`, 'eth.padding_bad');
  assert.equal(compileFilter('eth.padding_bad')(dissect([padded('00')])), false);
});

test('802.1Q: filled up with anything but zeros', () => {
  const tagged = etherFrame(0x8100, `00010800${ipv4(10)}${UDP}${'aa'.repeat(16)}`);
  const said =
    "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros.";
  assertFound(tagged, `note protocol: ${said}`, 'eth.padding_bad');
});

test('Ethernet: a frame cut within its addresses has a line without them', () => {
  const tree = treeOf(dissect([bytesOf('020202020202aabb')]));
  assert.deepEqual(
    tree.filter(({ name }) => name === 'eth').map(({ text }) => text),
    ['Ethernet II'],
  );
});

test('ICMP and ICMPv6: a wrong checksum', () => {
  const echo = (checksum: string): Uint8Array =>
    etherFrame(0x0800, `4500001c0000000040010000${'01'.repeat(8)}0800${checksum}00010000`);
  assertFound(echo('f7ff'), 'warn checksum: Bad checksum [should be 0xf7fe]', 'icmp.checksum_bad');
  assert.equal(compileFilter('icmp.checksum_bad')(dissect([echo('f7fe')])), false);
  assertFound(
    etherFrame(0x86dd, `6000000000083a40${'00'.repeat(32)}8000123400010001`),
    'warn checksum: Bad checksum [should be 0x7fbb]',
    'icmpv6.checksum_bad.expert',
  );
});

test('UDP: a length below that of the header, unless it is 0 in a jumbogram; also where the header is cut', () => {
  const frame = (length: string, rest: string): Uint8Array =>
    etherFrame(0x0800, `${ipv4(6 + rest.length / 2)}9c409c41${length}${rest}`);
  for (const [length, rest] of [
    ['0000', 'abcd'],
    ['0007', ''],
    ['0005', 'abcd00000000'],
  ] as const) {
    const value = Number(length);
    assertFound(frame(length, rest), `error malformed: Bad length value ${value} < 8`, 'udp.length.bad');
    assert.equal(infoColumn(dissect([frame(length, rest)])), `40000 → 40001 [BAD UDP LENGTH ${value} < 8]`);
  }
  const jumbo = `600000000000 00 40${'fd'.repeat(32)} 1100c20400010010 9c409c410000abcd${'00'.repeat(65_536)}`;
  assert.equal(
    compileFilter('udp.length == 0 and !udp.length.bad')(dissect([etherFrame(0x86dd, jumbo)])),
    true,
  );
});

test('UDP: a length beyond that of IP, also where the header is cut by it', () => {
  assertFound(
    etherFrame(0x0800, `${ipv4(10)}9c409c4100ff0000abcd`),
    'error malformed: Bad length value 255 > IP payload length',
    'udp.length.bad',
  );
  assertFound(
    etherFrame(0x0800, `${ipv4(6)}9c409c410008`),
    'error malformed: Bad length value 8 > IP payload length',
    'udp.length.bad',
  );
});

test('UDP and UDP-Lite: a port of the first ten hops of traceroute, at either end', () => {
  const probes = (protocol: string, ports: string): string[] =>
    findings(dissect([etherFrame(0x0800, `${ipv4(8).replace('4011', protocol)}${ports}0008abcd`)]));
  const found = (hop: number, attempt: number): string =>
    `chat sequence: Possible traceroute: hop #${hop}, attempt #${attempt}`;
  for (const protocol of ['4011', '4088']) {
    assert.deepEqual(probes(protocol, '13889c40'), []);
    assert.deepEqual(probes(protocol, '1388829b'), [found(1, 1)]);
    assert.deepEqual(probes(protocol, '82b81388'), [found(10, 3)]);
    assert.deepEqual(probes(protocol, '1388 82b9'), []);
    assert.deepEqual(probes(protocol, '829b829f'), [found(1, 1), found(2, 2)]);
  }
});

test('UDP: a checksum of zero is judged by the IP below it, not by that in its tunnel', () => {
  const ipv6 = (length: string): string => `60000000${length}1140${'fd'.repeat(32)}`;
  const inner = (type: number, header: string): string =>
    Buffer.from(etherFrame(type, `${header}03e807d000080000`)).toString('hex');
  const vxlan = (payload: string): string =>
    `c35012b5${(16 + payload.length / 2).toString(16).padStart(4, '0')}00000800000000000100${payload}`;
  const illegal = 'error checksum: Illegal checksum value (0)';
  const inIpv6 = vxlan(inner(0x86dd, ipv6('0008')));
  const inIpv4 = vxlan(inner(0x0800, ipv4(8)));
  const length = (hex: string): string => (hex.length / 2).toString(16).padStart(4, '0');
  const isZero = [
    [etherFrame(0x0800, ipv4(inIpv6.length / 2) + inIpv6), '3,4'],
    [etherFrame(0x86dd, ipv6(length(inIpv4)) + inIpv4), '4,3'],
  ] as const;
  for (const [frame, statuses] of isZero) {
    const p = dissect([frame]);
    assert.deepEqual(findings(p), [illegal]);
    const [outer, within] = statuses.split(',').map(Number);
    assert.ok(compileFilter(`udp.checksum.status#1 == ${outer} and udp.checksum.status#2 == ${within}`)(p));
  }
});

test('UDP-Lite: its length is that on the wire, also where a part was not captured', () => {
  const frame = etherFrame(0x0800, `${ipv4(28).replace('4011', '4088')}138817700007abcd${'00'.repeat(20)}`);
  const captured = (bytes: number): Packet => dissect([frame.subarray(0, bytes)], undefined, undefined, 62);
  const bad = 'BAD LIGHTWEIGHT UDP CHECKSUM COVERAGE LENGTH 7 < 8 or > 28';
  for (const bytes of [62, 50, 42, 40]) {
    assert.match(infoColumn(captured(bytes)), new RegExp(`^5000 → 6000 \\[${bad}\\] Len=20`));
    assert.ok(compileFilter('udp.length == 28 and udplite.checksum_coverage.bad')(captured(bytes)));
  }
  assert.match(infoColumn(captured(39)), /^5000 → 6000(?! Len)/);
  assert.ok(!compileFilter('udp.length')(captured(39)));
});

test('IPv6: a payload length of zero', () => {
  const packet = (next: string, payload: string): Uint8Array =>
    etherFrame(0x86dd, `600000000000${next}40${'fd'.repeat(32)}${payload}`);
  const offloaded = 'IPv6 payload length equals 0 (maybe because of "TCP segmentation offload" (TSO))';
  assertFound(packet('11', UDP), `chat protocol: ${offloaded}`, 'ipv6.plen_zero');
  const noJumbo = 'IPv6 payload length equals 0 and Hop-By-Hop present and Jumbo Payload option missing';
  assertFound(packet('00', '3b00050200000000'), `error malformed: ${noJumbo}`, 'ipv6.opt.jumbo.missing');
  for (const frame of [packet('3b', ''), packet('00', `3b00c20400010000${'00'.repeat(65528)}`)])
    assert.deepEqual(findings(dissect([frame])), []);
});

test('PPPoE: a length that is not that of the frame, unless the frame had to be padded', () => {
  const session = (trailing: number): Uint8Array =>
    etherFrame(0x8864, `1100000100200021${ipv4(10)}${UDP}${'00'.repeat(trailing)}`);
  assertFound(
    session(10),
    'warn malformed: Possible bad payload length 32 != 42',
    'pppoe.payload_length.bad',
  );
  for (const trailing of [0, 8])
    assert.equal(compileFilter('pppoe.payload_length.bad')(dissect([session(trailing)])), false);
});

test('DHCP: seconds with the low byte first', () => {
  const message = `01010600${'11'.repeat(4)}0400${'00'.repeat(226)}63825363350101ff`;
  assertFound(
    udpFrame(68, 67, message),
    'note protocol: Seconds elapsed appears to be encoded as little-endian',
    'dhcp.secs_le',
  );
});

test('IEEE 802.11: a frame that is sent again', () => {
  const frame = bytesOf(`0809${'00'.repeat(2)}${'02'.repeat(18)}0000aaaa03000000`);
  assertFound(frame, 'note sequence: Retransmission (retry)', 'wlan.fc.retry.expert', 105);
});

test('DCE/RPC: a request of an interface that was not captured being bound', () => {
  const request = bytesOf(`0500000310000000${'1c000000'}01000000${'04000000'}0000${'0500'}abababab`);
  const frame = join(
    etherFrame(0x0800, `4500004400000000400600000101010101010101`),
    bytesOf(`9c40008700000001000000015018200000000000`),
    request,
  );
  assertFound(
    frame,
    'note undecoded: No bind info for interface Context ID 0 - capture start too late?',
    'dcerpc.cn_ctx_id.no_bind',
  );
});

test('PIM: a Register over IPv6 has the length of its header in the pseudo-header; other sums are reported', () => {
  const register = (checksum: string): Uint8Array =>
    etherFrame(0x86dd, `6000000000086740${'00'.repeat(15)}01${'00'.repeat(15)}022100${checksum}00000000`);
  // 0x2100 + 0x0001 + 0x0002 + 0x0008 + 0x0067, inverted.
  assert.equal(compileFilter('pim.cksum.status == "Good"')(dissect([register('de8d')])), true);
  assertFound(register('1234'), 'error checksum: Bad checksum [should be 0xde8d]', 'pim.bad_checksum');
});

test('expert information of any bytes: reported without an error', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0x0800, 0x86dd, 0x8863, 0x8864, 0x0806),
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(1, 105),
      (type, bytes, linkType) => {
        const frame = linkType === 1 ? join(etherFrame(type, ''), bytes) : bytes;
        findings(dissect([frame], linkType));
      },
    ),
    { numRuns: 500 },
  );
});
