import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { framePath } from '../../src/core/path.ts';
import { dissect, fieldsOf, udpFrame } from './support.ts';

/** A request's fixed part, up to the cookie. */
const HEAD = `01010600 11223344 0000 8000 ${'00000000'.repeat(4)} 020304050607${'00'.repeat(10)} ${'00'.repeat(192)}`;
const COOKIE = '63825363';

function request(options: string): ReturnType<typeof dissect> {
  return dissect([udpFrame(68, 67, `${HEAD}${COOKIE}${options}`)]);
}

test('DHCP: a DISCOVER with options is dissected', () => {
  const p = request('350101 3204c0000205 0c04686f7374 3703010306 3d0701020304050607 ff0000');
  assert.equal(framePath(p), 'eth:ethertype:ip:udp:dhcp');
  assert.equal(protocolColumn(p), 'DHCP');
  assert.equal(infoColumn(p), 'DHCP Discover - Transaction ID 0x11223344');
  const wanted = {
    'dhcp.option.dhcp': '1',
    'dhcp.option.type': '53,50,12,55,61,0',
    'dhcp.option.requested_ip_address': '192.0.2.5',
    'dhcp.option.hostname': 'host',
    'dhcp.option.request_list_item': '1,3,6',
    'dhcp.hw.mac_addr': '02:03:04:05:06:07,02:03:04:05:06:07',
    'dhcp.option.padding': '0000',
  };
  assert.deepEqual(fieldsOf(p, Object.keys(wanted)), wanted);
});

test('DHCP without a message type is BOOTP', () => {
  const p = request('0104ffffff00ff');
  assert.equal(protocolColumn(p), 'BOOTP');
  assert.equal(infoColumn(p), 'Boot Request from 02:03:04:05:06:07 (02:03:04:05:06:07)');
});

test('DHCP options with inner structure are dissected', () => {
  const p = request('350105 7905 00 c0000201 7704 0161 0000 5208 0102aabb 0202ccdd 5104 00000061 ff');
  const wanted = {
    'dhcp.option.agent_information_option.agent_circuit_id': 'aabb',
    'dhcp.option.agent_information_option.agent_remote_id': 'ccdd',
    'dhcp.option.classless_static_route': '00c0000201',
    'dhcp.option.dhcp_dns_domain_search_list_fqdn': 'a,<Root>',
    'dhcp.fqdn.name': 'a',
  };
  assert.deepEqual(fieldsOf(p, Object.keys(wanted)), wanted);
});

test('DHCP: an overload option continues the options in the file field', () => {
  const head = HEAD.replace(/\s+/g, '');
  const file = `0f03646f6dff${'00'.repeat(122)}`;
  const p = dissect([udpFrame(68, 67, `${head.slice(0, 216)}${file}${COOKIE}340101 350101 ff`)]);
  assert.equal(fieldsOf(p, ['dhcp.option.domain_name'])['dhcp.option.domain_name'], 'dom');
});

test('DHCP: an option beyond the end is malformed', () => {
  assert.equal(
    infoColumn(request('350101 3210c000')),
    'DHCP Discover - Transaction ID 0x11223344[Malformed Packet]',
  );
});

test('DHCP: vendor-specific information of a known vendor is a layer', () => {
  assert.equal(
    framePath(request('350101 3c09505845436c69656e74 2b03010100 ff')),
    'eth:ethertype:ip:udp:dhcp:dhcp',
  );
});
