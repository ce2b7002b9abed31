// Fields of SSH, named as in Wireshark.
import { bool, bytes, type Field, text, uint } from '../../core/field.ts';

/** The name-lists of a KEXINIT in order (RFC 4253 §7.1). */
const LISTS = [
  'kex_algorithms',
  'server_host_key_algorithms',
  'encryption_algorithms_client_to_server',
  'encryption_algorithms_server_to_client',
  'mac_algorithms_client_to_server',
  'mac_algorithms_server_to_client',
  'compression_algorithms_client_to_server',
  'compression_algorithms_server_to_client',
  'languages_client_to_server',
  'languages_server_to_client',
] as const;

/** Fields of length and text of each name-list. */
export const listFields: readonly (readonly [Field, Field])[] = LISTS.map((name) => [
  uint(`ssh.${name}_length`, `${name} length`),
  text(`ssh.${name}`, `${name} string`),
]);

export const f = {
  protocol: text('ssh.protocol', 'Protocol'),
  packetLength: uint('ssh.packet_length', 'Packet Length'),
  paddingLength: uint('ssh.padding_length', 'Padding Length'),
  messageCode: uint('ssh.message_code', 'Message Code'),
  cookie: bytes('ssh.cookie', 'Cookie'),
  ...Object.fromEntries(
    listFields.flatMap((pair, i) => [
      [`list${i}length`, pair[0]],
      [`list${i}`, pair[1]],
    ]),
  ),
  firstFollows: uint('ssh.first_kex_packet_follows', 'First KEX Packet Follows'),
  reserved: bytes('ssh.kex.reserved', 'Reserved'),
  hasshAlgorithms: text('ssh.kex.hassh_algorithms', 'hasshAlgorithms'),
  hassh: text('ssh.kex.hassh', 'hassh'),
  hasshServerAlgorithms: text('ssh.kex.hasshserver_algorithms', 'hasshServerAlgorithms'),
  hasshServer: text('ssh.kex.hasshserver', 'hasshServer'),
  ecdhClientLength: uint('ssh.ecdh.q_c_length', "ECDH client's ephemeral public key length"),
  ecdhClient: bytes('ssh.ecdh.q_c', "ECDH client's ephemeral public key (Q_C)"),
  ecdhServerLength: uint('ssh.ecdh.q_s_length', "ECDH server's ephemeral public key length"),
  ecdhServer: bytes('ssh.ecdh.q_s', "ECDH server's ephemeral public key (Q_S)"),
  integerLength: uint('ssh.mpint_length', 'Multi Precision Integer Length'),
  dhClient: bytes('ssh.dh.e', 'DH client e'),
  dhServer: bytes('ssh.dh.f', 'DH server f'),
  gexMin: uint('ssh.dh_gex.min', 'DH GEX Min'),
  gexBits: uint('ssh.dh_gex.nbits', 'DH GEX Number of Bits'),
  gexMax: uint('ssh.dh_gex.max', 'DH GEX Max'),
  gexP: bytes('ssh.dh_gex.p', 'DH GEX modulus (P)'),
  gexG: bytes('ssh.dh_gex.g', 'DH GEX base (G)'),
  hostKeyLength: uint('ssh.host_key.length', 'Host key length'),
  hostKeyTypeLength: uint('ssh.host_key.type_length', 'Host key type length'),
  hostKeyType: text('ssh.host_key.type', 'Host key type'),
  hostKeyData: bytes('ssh.host_key.data', 'Host key data'),
  signatureLength: uint('ssh.host_sig.length', 'Host signature length'),
  signatureTypeLength: uint('ssh.host_sig.type_length', 'Host signature type length'),
  signatureType: text('ssh.host_sig.type', 'Host signature type'),
  signatureData: bytes('ssh.host_sig.data', 'Host signature data'),
  payload: bytes('ssh.payload', 'Payload'),
  padding: bytes('ssh.padding_string', 'Padding String'),
  encryptedLength: bytes('ssh.packet_length_encrypted', 'Packet Length (encrypted)'),
  encrypted: bytes('ssh.encrypted_packet', 'Encrypted Packet'),
  sequenceNumber: uint('ssh.seq_num', 'Sequence number'),
  direction: bool('ssh.direction', 'Direction'),
};
