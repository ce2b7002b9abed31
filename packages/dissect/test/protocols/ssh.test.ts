import { talk } from './conversation.ts';
import { bytesOf, testCases } from './support.ts';
import { hexOf, vector } from './tls-bytes.ts';

const TCP = 'eth:ethertype:ip:tcp';

/** RFC 4253 §6: length, length of padding, payload, padding; the padding of eight bytes. */
function packet(payload: string): string {
  return vector(4, `08${payload}${'00'.repeat(8)}`);
}

const list = (...names: string[]): string => vector(4, hexOf(names.join(',')));

function keyExchange(kex: string, hostKey: string, ciphers: string, macs: string): string {
  const rest = list(kex) + list(hostKey) + list(ciphers).repeat(2) + list(macs).repeat(2);
  return packet(`14${'0f'.repeat(16)}${rest}${list('none').repeat(2)}${list().repeat(2)}0000000000`);
}

const keys = keyExchange('curve25519-sha256', 'ssh-ed25519', 'arcfour', 'hmac-sha2-256');
const names: Record<string, string> = {
  'ssh.message_code': '20',
  'ssh.kex_algorithms': 'curve25519-sha256',
  'ssh.server_host_key_algorithms': 'ssh-ed25519',
  'ssh.encryption_algorithms_client_to_server': 'arcfour',
  'ssh.mac_algorithms_server_to_client': 'hmac-sha2-256',
};
const hostKey = vector(4, hexOf('ssh-ed25519')) + vector(4, '11'.repeat(32));
const signature = vector(4, hexOf('ssh-ed25519')) + vector(4, '22'.repeat(64));

const port22 = talk(22, [
  ['<', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['>', 'SSH-2.0-client\r\n'],
  ['>', bytesOf(keys)],
  ['<', bytesOf(keys)],
  ['>', bytesOf(packet(`1e${vector(4, '33'.repeat(32))}`))],
  [
    '<',
    bytesOf(
      packet(`1f${vector(4, hostKey)}${vector(4, '44'.repeat(32))}${vector(4, signature)}`) + packet('15'),
    ),
  ],
  ['>', bytesOf(packet('15'))],
  ['>', bytesOf('9a'.repeat(64))],
  ['<', bytesOf('9b'.repeat(64))],
]);
testCases('SSH version 2', [
  [
    port22[0]!,
    `${TCP}:ssh`,
    'SSH',
    'Server: Protocol (SSH-2.0-OpenSSH_9.2)',
    { 'ssh.protocol': 'SSH-2.0-OpenSSH_9.2' },
  ],
  [
    port22[1]!,
    `${TCP}:ssh`,
    'SSH',
    'Client: Protocol (SSH-2.0-client)',
    { 'ssh.protocol': 'SSH-2.0-client' },
  ],
  [
    port22[2]!,
    `${TCP}:ssh`,
    'SSHv2',
    'Client: Key Exchange Init',
    { ...names, 'ssh.kex.hassh': 'af7c9508497ffd778425df51af54984b' },
  ],
  [
    port22[3]!,
    `${TCP}:ssh`,
    'SSHv2',
    'Server: Key Exchange Init',
    { ...names, 'ssh.kex.hasshserver': 'af7c9508497ffd778425df51af54984b' },
  ],
  [port22[4]!, `${TCP}:ssh`, 'SSHv2', 'Client: Elliptic Curve Diffie-Hellman Key Exchange Init'],
  [
    port22[5]!,
    `${TCP}:ssh`,
    'SSHv2',
    'Server: Elliptic Curve Diffie-Hellman Key Exchange Reply, New Keys',
    { 'ssh.host_key.type': 'ssh-ed25519', 'ssh.seq_num': '1,2' },
  ],
  [port22[6]!, `${TCP}:ssh`, 'SSHv2', 'Client: New Keys'],
  [port22[7]!, `${TCP}:ssh`, 'SSHv2', 'Client: Encrypted packet (len=64)'],
  [port22[8]!, `${TCP}:ssh`, 'SSHv2', 'Server: Encrypted packet (len=64)'],
]);

const split = talk(
  22,
  [
    ['>', 'SSH-2.0-client\n'],
    ['>', bytesOf(keys.slice(0, 100))],
    ['>', bytesOf(keys.slice(100))],
  ],
  40001,
);
testCases('SSH: a message over two segments', [
  [split[0]!, `${TCP}:ssh`, 'SSH', 'Client: Protocol (SSH-2.0-client)'],
  [split[1]!, 'eth:ethertype:ip:tcp:ssh', 'TCP', '[TCP segment of a reassembled PDU]'],
  [split[2]!, 'eth:ethertype:ip:tcp:ssh', 'SSHv2', 'Client: Key Exchange Init', names],
]);

const old = talk(
  22,
  [
    ['<', 'SSH-1.5-old\n'],
    ['>', 'SSH-1.5-old\n'],
    ['<', bytesOf(`0000000c 00000000 02 ${'55'.repeat(11)}`)],
  ],
  40002,
);
testCases('SSH version 1', [
  [old[0]!, `${TCP}:ssh`, 'SSH', 'Server: Protocol (SSH-1.5-old)'],
  [old[1]!, `${TCP}:ssh`, 'SSH', 'Client: Protocol (SSH-1.5-old)'],
  [old[2]!, `${TCP}:ssh`, 'SSHv1', 'Server: Public Key'],
]);

// Wireshark knows SSH by its port alone.
testCases('SSH on a port of its own', [
  [
    talk(2222, [['<', 'SSH-2.0-OpenSSH_9.2\r\n']])[0]!,
    `${TCP}:ssh`,
    'SSH',
    'Server: Protocol (SSH-2.0-OpenSSH_9.2)',
  ],
]);
