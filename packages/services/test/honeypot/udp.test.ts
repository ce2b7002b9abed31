// Decoys over UDP: what a datagram leaves behind, and that no answer is of use against others.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makePersona, udpDecoyNamed, udpDecoys } from '../../src/honeypot/index.ts';
import { Quota } from '../../src/honeypot/udp/quota.ts';

const persona = makePersona('5a'.repeat(32), 1_790_000_000);
const NOW_MS = 1_790_000_000_500;
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

describe('the datagrams that are served in a second', () => {
  const admitted = (addresses: readonly string[], nowMs = NOW_MS, quota = new Quota()) =>
    addresses.filter((address) => quota.admit(address, nowMs)).length;

  it('are bounded by address, of IPv6 by the network that one host has', () => {
    assert.equal(admitted(Array(50).fill('192.0.2.1')), 10);
    assert.equal(admitted(Array.from({ length: 50 }, (_, i) => `2001:db8::${i}`)), 10);
    assert.equal(admitted(Array.from({ length: 50 }, (_, i) => `2001:db8:0:${i}::1`)), 50);
  });

  it('are bounded in total, until the next second', () => {
    const quota = new Quota();
    const many = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    assert.equal(admitted(many, NOW_MS, quota), 500);
    assert.equal(admitted(many, NOW_MS + 499, quota), 0);
    assert.equal(admitted(many, NOW_MS + 500, quota), 500);
  });
});

function meet(name: string, datagram: Buffer) {
  const met = udpDecoyNamed(name)!.meet(datagram, persona, NOW_MS);
  const answer = met?.answer === undefined ? null : Buffer.from(met.answer);
  return { happenings: met?.happenings ?? null, answer };
}

describe('decoys over UDP', () => {
  it('DNS: the question is recorded, and refused with the question alone', () => {
    const question = hex('03 777777 07 6578616d706c65 00 00ff 0001');
    const query = Buffer.concat([
      hex('abcd 0120 0001 0000 0000 0001'),
      question,
      hex('00 0029 1000 00000000 0000'),
    ]);
    const { happenings, answer } = meet('dns', query);
    assert.deepEqual(happenings, [{ type: 'query', method: 'ANY', url: 'www.example' }]);
    assert.deepEqual(answer, Buffer.concat([hex('abcd 8105 0001 0000 0000 0000'), question]));
    assert.equal(meet('dns', answer!).happenings, null, 'an answer is not answered');
  });

  it('NTP: the time is told, and the list of clients is not', () => {
    const request = Buffer.alloc(48);
    request[0] = 0x23;
    request.fill(7, 40);
    const { answer } = meet('ntp', request);
    assert.equal(answer!.length, 48);
    assert.deepEqual([answer![0], answer![1]], [0x24, 3]);
    assert.deepEqual(answer!.subarray(24, 32), request.subarray(40));
    assert.equal(answer!.readUInt32BE(40), 1_790_000_000 + 2_208_988_800);
    assert.equal(answer!.readUInt32BE(44), 2 ** 31);
    const monlist = meet('ntp', hex('17 00 03 2a 00000000'));
    assert.deepEqual(monlist, {
      happenings: [{ type: 'query', method: 'private', url: 'monlist' }],
      answer: null,
    });
    assert.equal(meet('ntp', answer!).happenings, null);
  });

  /** sysDescr.0, of version 1 or 2c. */
  const get = (community: string, version: number, pdu = 0xa0): Buffer => {
    const variables = hex('30 0e 30 0c 06 08 2b06010201010100 05 00');
    const body = Buffer.concat([hex('02 01 07 02 01 00 02 01 00'), variables]);
    const inner = Buffer.concat([
      Buffer.of(2, 1, version, 4, community.length),
      Buffer.from(community),
      Buffer.of(pdu, body.length),
      body,
    ]);
    return Buffer.concat([Buffer.of(0x30, inner.length), inner]);
  };

  it('SNMP: communities are recorded, and the right one finds nothing', () => {
    const { happenings, answer } = meet('snmp', get('public', 1));
    assert.deepEqual(happenings, [
      { type: 'query', method: 'get' },
      { type: 'login', user: '', password: 'public', isSuccess: true },
    ]);
    const expected = get('public', 1, 0xa2);
    expected[expected.length - 2] = 0x80;
    assert.deepEqual(answer, expected);
    assert.equal(meet('snmp', get('public', 1, 0xa1)).answer!.at(-2), 0x82);
    const old = get('public', 0, 0xa2);
    const status = old.indexOf(hex('02 01 07')) + 5;
    [old[status], old[status + 3]] = [2, 1];
    assert.deepEqual(meet('snmp', get('public', 0)).answer, old, 'version 1 has noSuchName');
    assert.equal(meet('snmp', get('private', 1)).answer, null);
    assert.equal(meet('snmp', get('public', 1, 0xa5)).answer, null, 'a bulk would be answered by more');
    assert.equal(meet('snmp', answer!).happenings, null);
  });

  it('SNMP: an indefinite length is malformed', () => {
    const indefinite = Buffer.alloc(200);
    indefinite.set(hex('30 80 02 01 01 04 06 7075626c6963 a0 80'));
    assert.equal(meet('snmp', indefinite).happenings, null);
  });

  it('SIP: a registration is challenged, and the hash of a password is recorded', () => {
    const register = Buffer.from(
      [
        'REGISTER sip:pbx.example SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1',
        'From: <sip:100@pbx.example>;tag=1',
        'To: <sip:100@pbx.example>',
        'Call-ID: 1',
        'CSeq: 1 REGISTER',
        'User-Agent: friendly-scanner',
        'Authorization: Digest username="100", realm="asterisk", nonce="1", uri="sip:pbx.example", response="0123abcd"',
        '',
        '',
      ].join('\r\n'),
    );
    const { happenings, answer } = meet('sip', register);
    assert.deepEqual(happenings, [
      { type: 'query', method: 'REGISTER', url: 'sip:pbx.example', agent: 'friendly-scanner' },
      { type: 'login', user: '100', hash: '0123abcd', isSuccess: false },
    ]);
    assert.match(
      answer!.toString(),
      /^SIP\/2\.0 401 Unauthorized\r\nVia: .*\r\nFrom: .*\r\nTo: <sip:100@pbx\.example>;tag=as/,
    );
    assert.equal(meet('sip', answer!).happenings, null);
  });

  it('TFTP: no file is there, and none may be written', () => {
    const read = meet('tftp', Buffer.from('\0\x01startup-config\0octet\0', 'latin1'));
    assert.deepEqual(read.happenings, [{ type: 'query', method: 'read', url: 'startup-config' }]);
    assert.deepEqual(read.answer, Buffer.from('\0\x05\0\x01File not found\0', 'latin1'));
    assert.deepEqual(meet('tftp', Buffer.from('\0\x02a\0octet\0', 'latin1')).answer, hex('0005 0002 00'));
    assert.equal(meet('tftp', read.answer!).happenings, null);
  });

  it('SSDP: the search is recorded, and not answered', () => {
    const search = Buffer.from(
      'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nST: ssdp:all\r\n\r\n',
    );
    assert.deepEqual(meet('ssdp', search), {
      happenings: [{ type: 'query', method: 'M-SEARCH', url: 'ssdp:all' }],
      answer: null,
    });
  });

  it('a datagram of any length leaves short records', () => {
    const long = 'x'.repeat(60_000);
    const sip = `REGISTER sip:a SIP/2.0\r\nUser-Agent: ${long}\r\nAuthorization: Digest username="${long}", response="${long}"\r\n\r\n`;
    const length = 60_000;
    const community = Buffer.concat([
      hex('02 01 01 04 82'),
      Buffer.of(length >> 8, length & 255),
      Buffer.from(long),
      hex('a0 00'),
    ]);
    const snmp = Buffer.concat([
      hex('30 82'),
      Buffer.of(community.length >> 8, community.length & 255),
      community,
    ]);
    const found = [
      meet('sip', Buffer.from(sip)),
      meet('snmp', snmp),
      meet('tftp', Buffer.from(`\0\x01${long}\0`)),
    ];
    for (const { happenings } of found)
      assert.ok(happenings!.length > 0 && JSON.stringify(happenings).length < 2000);
  });

  it('whatever comes, no decoy throws, and none answers an answer of its own', () => {
    const starts = ['', '0000 0100 0001', '23', '3020 0201 01 04 06 7075626c6963 a0', '0001', '17'].map(hex);
    const datagram = fc
      .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 80 }))
      .map(([start, rest]) => Buffer.concat([start, rest]));
    fc.assert(
      fc.property(datagram, fc.constantFrom(...udpDecoys), (bytes, { name }) => {
        const { answer } = meet(name, bytes);
        if (answer !== null) assert.equal(meet(name, answer).answer, null);
      }),
      { numRuns: 3_000 },
    );
  });
});
