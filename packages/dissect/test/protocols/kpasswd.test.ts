// Kerberos password changes (RFC 3244).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, fieldsOf, join, udpFrame } from './support.ts';

test('Kpasswd: request and reply, over UDP and with a record mark over TCP', () => {
  const message = join(bytesOf('000b ff80 0003 6e0130 75 00'));
  const datagram = dissect([udpFrame(40000, 464, message)]);
  assert.equal(`${protocolColumn(datagram)} ${infoColumn(datagram)}`, 'KPASSWD Request');
  assert.deepEqual(fieldsOf(datagram, ['kpasswd.ap_req_len', 'kpasswd.krb_priv']), {
    'kpasswd.ap_req_len': '3',
    'kpasswd.krb_priv': '7500',
  });
  const reply = join(bytesOf('0000000b 000b 0001 0003 6e0130 75 00'));
  const [overTcp] = talk(464, [['<', reply]]);
  assert.equal(infoColumn(dissect([overTcp!])), 'Reply');
});

test('Kpasswd: a message too short for its header is malformed, and called neither request nor reply', () => {
  const cut = dissect([udpFrame(40000, 464, bytesOf('0004 0001'))]);
  assert.equal(`${protocolColumn(cut)} ${infoColumn(cut)}`, 'KPASSWD [Malformed Packet]');
  const [marked] = talk(464, [['<', bytesOf('00000004 0004 0001')]]);
  assert.match(infoColumn(dissect([marked!])), /^\[Malformed/);
  assert.deepEqual(fieldsOf(dissect([marked!]), ['kpasswd.version']), { 'kpasswd.version': '' });
});
