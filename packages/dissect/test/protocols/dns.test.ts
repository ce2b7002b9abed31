import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { framePath } from '../../src/core/path.ts';
import { bytesOf, dissect, fieldsOf, join, tcpFrame, udpFrame } from './support.ts';

/** Asks for the address of example.com. */
const QUESTION = '076578616d706c6503636f6d00 0001 0001';
const QUERY = `1234 0100 0001 0000 0000 0000 ${QUESTION}`;
/** The same name by a pointer to byte 12; a CNAME, and the address of that. */
const REPLY = `1234 8180 0001 0002 0000 0000 ${QUESTION}
  c00c 0005 0001 00000e10 0006 03777777 c00c
  c029 0001 0001 0000003c 0004 c0000201`;

test('DNS: a query and its response have the Info text of Wireshark', () => {
  const query = udpFrame(1024, 53, QUERY);
  const p = dissect([query]);
  assert.equal(framePath(p), 'eth:ethertype:ip:udp:dns');
  assert.equal(protocolColumn(p), 'DNS');
  assert.equal(infoColumn(p), 'Standard query 0x1234 A example.com');
  const reply = dissect([query, udpFrame(53, 1024, REPLY, true)]);
  assert.equal(
    infoColumn(reply),
    'Standard query response 0x1234 A example.com CNAME www.example.com A 192.0.2.1',
  );
  assert.deepEqual(fieldsOf(reply, ['dns.qry.name', 'dns.resp.name', 'dns.cname', 'dns.a', 'dns.resp.ttl']), {
    'dns.qry.name': 'example.com',
    'dns.resp.name': 'example.com,www.example.com',
    'dns.cname': 'www.example.com',
    'dns.a': '192.0.2.1',
    'dns.resp.ttl': '3600,60',
  });
});

test('DNS: a response has its request and response time; retransmissions are marked', () => {
  const query = udpFrame(1024, 53, QUERY);
  const reply = udpFrame(53, 1024, REPLY, true);
  const names = ['dns.response_to', 'dns.time', 'dns.retransmission', 'dns.unsolicited'];
  assert.deepEqual(Object.values(fieldsOf(dissect([query, reply]), names)), ['1', '1.000000000', '', '']);
  assert.deepEqual(Object.values(fieldsOf(dissect([query, query]), names)), ['', '', '1', '']);
  assert.deepEqual(Object.values(fieldsOf(dissect([query, reply, reply]), names)), ['', '', '1', '']);
  assert.deepEqual(Object.values(fieldsOf(dissect([reply]), names)), ['', '', '', '1']);
});

test('DNS over TCP: several messages in a segment, or one in several, are dissected', () => {
  const message = join(bytesOf('001d'), bytesOf(QUERY));
  const both = dissect([tcpFrame(1024, 53, join(message, message))]);
  assert.equal(framePath(both), 'eth:ethertype:ip:tcp:dns');
  assert.deepEqual(fieldsOf(both, ['dns.length', 'dns.id']), {
    'dns.length': '29,29',
    'dns.id': '0x1234,0x1234',
  });
  const first = tcpFrame(1024, 53, message.subarray(0, 20));
  assert.equal(framePath(dissect([first])), 'eth:ethertype:ip:tcp');
  const rest = dissect([first, tcpFrame(1024, 53, message.subarray(20), 21)]);
  assert.equal(infoColumn(rest), 'Standard query 0x1234 A example.com');
});

test('DNS: a compression loop ends', () => {
  const p = dissect([udpFrame(1024, 53, '1234 0100 0001 0000 0000 0000 c00c 0001 0001')]);
  assert.equal(infoColumn(p), 'Standard query 0x1234 A <Name contains a pointer that loops>');
});

test('DNS: a truncated message is malformed, and dissected up to its end', () => {
  const p = dissect([udpFrame(1024, 53, '1234 0100 0001 0000 0000 0000 07657861')]);
  assert.equal(infoColumn(p), 'Standard query 0x1234[Malformed Packet]');
});

test('DNS: no truncation throws, or reads beyond the end', () => {
  const whole = bytesOf(REPLY);
  for (let length = 0; length < whole.length; length++) {
    const p = dissect([udpFrame(1024, 53, whole.subarray(0, length))]);
    assert.ok(infoColumn(p).endsWith('[Malformed Packet]') || length === 0, `${length} bytes`);
    fieldsOf(p, ['dns.resp.name', 'dns.a']);
  }
});

test('mDNS splits the class field, and LLMNR has its own flags', () => {
  const multicast = dissect([udpFrame(5353, 5353, '0000 0000 0001 0000 0000 0000 04686f737400 0001 8001')]);
  assert.equal(framePath(multicast), 'eth:ethertype:ip:udp:mdns');
  assert.equal(infoColumn(multicast), 'Standard query 0x0000 A host, "QU" question');
  assert.deepEqual(fieldsOf(multicast, ['dns.qry.class', 'dns.qry.qu']), {
    'dns.qry.class': '0x0001',
    'dns.qry.qu': '1',
  });
  const local = dissect([udpFrame(1024, 5355, '0007 0500 0001 0000 0000 0000 04686f737400 0001 0001')]);
  assert.equal(protocolColumn(local), 'LLMNR');
  assert.deepEqual(fieldsOf(local, ['dns.flags.conflict', 'dns.flags.tentative']), {
    'dns.flags.conflict': '1',
    'dns.flags.tentative': '1',
  });
});

/** A reply with one record, of the owner "a". */
function record(type: string, data: string): ReturnType<typeof dissect> {
  const body = bytesOf(data);
  const length = body.length.toString(16).padStart(4, '0');
  return dissect([
    udpFrame(
      53,
      1024,
      join(bytesOf(`0001 8180 0000 0001 0000 0000 016100 ${type} 0001 00000000 ${length}`), body),
    ),
  ]);
}

test('record types', () => {
  const mx = record('000f', '000a 026d7803666f6f00');
  assert.equal(infoColumn(mx), 'Standard query response 0x0001 MX 10 mx.foo');
  const srv = record('0021', '0001 0002 01bb 0174 0178 00');
  assert.equal(infoColumn(srv), 'Standard query response 0x0001 SRV 1 2 443 t.x');
  const https = record('0041', '0001 00 0001 0006 02683202 6833 0004 0004 01020304');
  assert.deepEqual(fieldsOf(https, ['dns.svcb.svcparam.alpn', 'dns.svcb.svcparam.ipv4hint.ip']), {
    'dns.svcb.svcparam.alpn': 'h2,h3',
    'dns.svcb.svcparam.ipv4hint.ip': '1.2.3.4',
  });
  const nsec3 = record('0032', '01 01 000a 02 aabb 05 0102030405 0001 40');
  assert.deepEqual(fieldsOf(nsec3, ['dns.nsec3.hash_value', 'dns.nsec3.salt_value', 'dns.resp.type']), {
    'dns.nsec3.hash_value': '04106105',
    'dns.nsec3.salt_value': 'aabb',
    'dns.resp.type': '50,1',
  });
  const caa = record('0101', '00 05 6973737565 6c65');
  assert.deepEqual(fieldsOf(caa, ['dns.caa.issue']), { 'dns.caa.issue': 'le' });
  const opt = record('0029', '0008 0007 0001 18 00 c00002');
  assert.deepEqual(fieldsOf(opt, ['dns.opt.code', 'dns.opt.client.addr4']), {
    'dns.opt.code': '8',
    'dns.opt.client.addr4': '192.0.2.0',
  });
});
