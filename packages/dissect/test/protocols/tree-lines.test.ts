// Lines of the tree that are not just a field's title and value: in tshark's words, so that both outputs can be compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TreeNode, treeOf } from '../../src/core/tree.ts';
import { bytesOf, dissect, etherFrame, tcpFrame, udpFrame } from './support.ts';

function linesOf(frame: Uint8Array): string[] {
  const lines: string[] = [];
  const walk = (nodes: readonly TreeNode[]): void => {
    for (const { text, children } of nodes) {
      lines.push(text);
      walk(children);
    }
  };
  walk(treeOf(dissect([frame])));
  return lines;
}

function assertLines(frame: Uint8Array, expected: readonly string[]): void {
  const lines = linesOf(frame);
  for (const line of expected) assert.ok(lines.includes(line), `${line} is in\n${lines.join('\n')}`);
}

/** A protocol's lines, each with two blanks a level. */
function indentedLines(frame: Uint8Array, protocol: string): string[] {
  const lines: string[] = [];
  const walk = (nodes: readonly TreeNode[], indent: string): void => {
    for (const { text, children } of nodes) {
      lines.push(indent + text);
      walk(children, `${indent}  `);
    }
  };
  walk(
    treeOf(dissect([frame])).filter(({ name }) => name === protocol),
    '',
  );
  return lines;
}

function pimFrame(message: string): Uint8Array {
  const length = 20 + bytesOf(message).length;
  const ip = `4500${length.toString(16).padStart(4, '0')}0000000001670000${'01'.repeat(8)}`;
  return etherFrame(0x0800, ip + message);
}

test('ICMP: type before its name, numbers in both bases, the state of the checksum', () => {
  const echo = `4502001c0000000040010000${'01'.repeat(8)}0800f7fe00010000`;
  assertLines(etherFrame(0x0800, echo), [
    ".... ..10 = Explicit Congestion Notification: ECN-Capable Transport codepoint '10' (2)",
    'Type: 8 (Echo (ping) request)',
    'Checksum: 0xf7fe [correct]',
    'Identifier (BE): 1 (0x0001)',
    'Identifier (LE): 256 (0x0100)',
  ]);
  assert.ok(
    linesOf(etherFrame(0x0800, echo.replace('f7fe', 'f7ff'))).includes(
      'Checksum: 0xf7ff incorrect, should be 0xf7fe',
    ),
  );
});

test('TLS: each record by its version, its protocol and what it carries', () => {
  const records = `140303000101${'1703030010'}${'aa'.repeat(16)}`;
  assertLines(tcpFrame(40000, 443, bytesOf(records)), [
    'TLSv1.2 Record Layer: Change Cipher Spec Protocol: Change Cipher Spec',
    'TLSv1.2 Record Layer: Application Data Protocol: Hypertext Transfer Protocol',
  ]);
});

test('UDP: a length beyond that of IP, a checksum left out', () => {
  const udp = (length: string): Uint8Array =>
    etherFrame(0x0800, `4500001e0000000040110000${'01'.repeat(8)}9c409c41${length}0000abcd`);
  assertLines(udp('00ff'), ['Length: 255 (bogus, payload length 10)']);
  assertLines(udp('000a'), [
    'Length: 10',
    'Checksum: 0x0000 [zero-value ignored]',
    '[Checksum Status: Not present]',
  ]);
});

test('GRE: bits that are set or not', () => {
  const gre = `4500001c00000000402f0000${'01'.repeat(8)}20000800000000ff`;
  assertLines(etherFrame(0x0800, gre), [
    '..1. .... .... .... = Key Bit: Yes',
    '0... .... .... .... = Checksum Bit: No',
  ]);
});

test('DHCP: options by number, what is not given, times in words', () => {
  const head = `01010600 11223344 0000 8000 ${'00000000'.repeat(4)} 020304050607${'00'.repeat(10)} ${'00'.repeat(192)}`;
  const options = '350101 3204c0000205 3304 00000e10 3701 2a ff';
  assertLines(udpFrame(68, 67, `${head} 63825363 ${options}`), [
    'Bootp flags: 0x8000, Broadcast flag (Broadcast)',
    'Server host name not given',
    'Magic cookie: DHCP',
    'Option: (53) DHCP Message Type (Discover)',
    'Option: (50) Requested IP Address (192.0.2.5)',
    'IP Address Lease Time: (3600s) 1 hour',
    'Parameter Request List Item: (42) Network Time Protocol Servers',
    'Option: (255) End',
  ]);
});

test('LLC: access points and the control field by name', () => {
  assertLines(etherFrame(0x0010, 'aaaa03 080007 809b 00'), [
    '1010 101. = SAP: SNAP',
    '.... ...0 = CR Bit: Command',
    'Control field: U, func=UI (0x03)',
    'Organization Code: 08:00:07 (Apple, Inc.)',
  ]);
});

test('DCE/RPC: a bind by the names of its interface and syntax', () => {
  const bind = `05000b03 10000000 4800 0000 01000000 b810 b810 00000000 01000000 0000 0100
    0883afe11f5dc91191a408002b14a0fa 0300 0000 045d888aeb1cc9119fe808002b104860 02000000`;
  assertLines(tcpFrame(1025, 135, bind), [
    'Distributed Computing Environment / Remote Procedure Call (DCE/RPC) Bind, Fragment: Single, FragLen: 72, Call: 1',
    'Data Representation: 10000000 (Order: Little-endian, Char: ASCII, Float: IEEE)',
    'Ctx Item[1]: Context ID:0, EPMv4, 32bit NDR',
    'Abstract Syntax: EPMv4 V3.0',
    'Interface: EPMv4 UUID: e1af8308-5d1f-11c9-91a4-08002b14a0fa',
    'Transfer Syntax[1]: 32bit NDR V2',
  ]);
});

test('A value that should have a name and has none is unknown', () => {
  assertLines(etherFrame(0x0800, `4510001c0000000040010000${'01'.repeat(8)}0800f7fe00010000`), [
    '0001 00.. = Differentiated Services Codepoint: Unknown (4)',
  ]);
});

test('PIM: a Hello by what its options say', () => {
  assertLines(
    pimFrame('20000000 00010002ffff 000200048bb809c4 0013000400000001 00160000 001800060100c0000201'),
    [
      'PIM Options: 5',
      'Option 1: Hold Time: 65535 (Infinity)',
      'Option 2: LAN Prune Delay: T = 1, Propagation Delay = 3000ms, Override Interval = 2500ms',
      '1... .... = T: True',
      'Option 19: DR Priority: 1',
      'Option 22: Bidirectional Capable',
      'Address: 192.0.2.1',
    ],
  );
});

test('PIM: addresses with mask and flags, counts above what they count', () => {
  const group = '01000020ef010101 0002 0001 01000720c0000203 01000420c0000204 01000020c0000205';
  const message = pimFrame(`23000000 0100c0000202 000100d2 ${group}`);
  const isHeading = (line: string): boolean => /Upstream|Group \d|Num |IP address/.test(line);
  assert.deepEqual(indentedLines(message, 'pim').filter(isHeading), [
    '    Upstream-neighbor: 192.0.2.2',
    '    Num Groups: 1',
    '    Group 0',
    '      Group 0: 239.1.1.1/32',
    '      Num Joins: 2',
    '        IP address: 192.0.2.3/32 (SWR)',
    '        IP address: 192.0.2.4/32 (S)',
    '      Num Prunes: 1',
    '        IP address: 192.0.2.5/32',
  ]);
});

test('PIM: the subtype of a DF election', () => {
  assertLines(pimFrame('2a200000 0100c0000202 00000064 0000000a'), [
    '0010 .... = DF Subtype: DF Winner (2)',
    'DF Metric Preference: 100',
  ]);
});

test('SNMP: a variable by its name and value', () => {
  const message = `3029 020101 04067075626c6963 a21c 020107 020100 020100 3011 300f 06082b06010201010500 0403 626f78`;
  assertLines(udpFrame(161, 40000, message), [
    'variable-bindings: 1 item',
    '1.3.6.1.2.1.1.5.0: "box"',
    'Object Name: 1.3.6.1.2.1.1.5.0 (iso.3.6.1.2.1.1.5.0)',
    'Value (OctetString): "box"',
  ]);
  assertLines(udpFrame(161, 40000, message.replace('626f78', '00ff01')), [
    '1.3.6.1.2.1.1.5.0: 00ff01',
    'Value (OctetString): 00ff01',
  ]);
});

test('Kerberos: lists with their length, data by type, errors as ASN.1 names them', () => {
  const padata = 'a30e 300c 300a a104 02020095 a202 0400';
  const name = 'a10e 300c a003 020101 a105 3003 1b0178';
  const body = `a422 3020 a007 0305 00 40000010 ${name} a805 3003 020112`;
  const request = `6a 40 30 3e a103 020105 a203 02010a ${padata} ${body}`;
  assertLines(udpFrame(40000, 88, request), [
    'padata: 1 item',
    'PA-DATA pA-REQ-ENC-PA-REP',
    'padata-value: <MISSING>',
    'Padding: 0',
    'cname-string: 1 item',
    'etype: 1 item',
  ]);
  const error = '7e 11 300f a003 020105 a103 02011e a603 020119';
  assertLines(udpFrame(88, 40000, error), ['error-code: eRR-PREAUTH-REQUIRED (25)']);
});

test('SMB2: a file ID below its file, a name above its place in the message', () => {
  const header = (command: string): string =>
    `fe534d42 4000 0000 00000000 ${command} 0100 00000000 00000000 0100000000000000 fffe0000 01000000 ${'00'.repeat(24)}`;
  const session = (message: string): Uint8Array =>
    tcpFrame(40000, 445, `000000${(bytesOf(message).length).toString(16)}${message}`);
  const find = `${header('0e00')} 2100 2500 00000000 ${'11'.repeat(16)} 6000 0200 00400000 2a00`;
  const lines = indentedLines(session(find), 'smb2');
  const from = lines.indexOf('    GUID handle');
  assert.deepEqual(lines.slice(from), [
    '    GUID handle',
    '      File Id: 11111111-1111-1111-1111-111111111111',
    '    Output Buffer Length: 16384',
    '    Search Pattern: *',
    '      Blob Offset: 0x00000060',
    '      Blob Length: 2',
  ]);
});

test('TLS: extensions of a hello below their heads', () => {
  const name = '0000 0008 0006 00 0003 612e62';
  const shares = '0033 000b 0009 001d 0005 0102030405';
  const formats = '000b 0002 0100';
  const renegotiation = 'ff01 0001 00';
  const extensions = `${name}${shares}${formats}${renegotiation}0023 0000`;
  const two = (length: number): string => length.toString(16).padStart(4, '0');
  const hello = `0303${'11'.repeat(32)}00 0002 1301 0100 ${two(bytesOf(extensions).length)}${extensions}`;
  const length = bytesOf(hello).length;
  const record = `160301${two(length + 4)}0100${two(length)}${hello}`;
  const isHead = (line: string): boolean => /extension$|Entry|curves|Data|Group:|Server Name:/.test(line);
  assert.deepEqual(
    indentedLines(tcpFrame(40000, 443, bytesOf(record)), 'tls')
      .filter(isHead)
      .map((line) => line.slice(8)),
    [
      'Server Name Indication extension',
      '  Server Name: a.b',
      'Key Share extension',
      '  Key Share Entry: Group: x25519, Key Exchange length: 5',
      '    Group: x25519 (29)',
      'Elliptic curves point formats (1)',
      'Renegotiation Info extension',
      'Data (0 bytes)',
    ],
  );
});

test('Rx: the flags that are set on their line', () => {
  assertLines(udpFrame(7001, 7000, `${'00'.repeat(20)} 01 05 ${'00'.repeat(6)} 00000082`), [
    'Flags: 0x05, Last Packet, Client Initiated',
  ]);
});
