// Anything In Anything, IPv6 through NATs (draft-massar-v6ops-ayiya-02 §3).
import { u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, time, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { ipProtocols, udpPorts } from '../../core/table.ts';

const PORT = 5072;
const HEADER = 8;
const FORWARD = 1;
const ECHO_AND_FORWARD = 3;

const f = {
  identityLength: uint('ayiya.idlen', 'Identity field length').at(0, 1).mask(0xf0).hex(),
  identityType: uint('ayiya.idtype', 'Identity field type').at(0, 1).mask(0x0f).hex().named({
    0: 'None',
    1: 'Integer',
    2: 'ASCII string',
  }),
  signatureLength: uint('ayiya.siglen', 'Signature Length').at(1, 1).mask(0xf0).hex(),
  hash: uint('ayiya.hashmethod', 'Hash method').at(1, 1).mask(0x0f).hex().named({
    0: 'No hash',
    1: 'MD5',
    2: 'SHA1',
  }),
  authentication: uint('ayiya.authmethod', 'Authentication method').at(2, 1).mask(0xf0).hex().named({
    0: 'No authentication',
    1: 'Hash using a Shared Secret',
    2: 'Hash using a public/private key method',
  }),
  operation: uint('ayiya.opcode', 'Operation Code').at(2, 1).mask(0x0f).hex().named({
    0: 'No Operation / Heartbeat',
    1: 'Forward',
    2: 'Echo Request',
    3: 'Echo Request and Forward',
    4: 'Echo Response',
    5: 'MOTD',
    6: 'Query Request',
    7: 'Query Response',
  }),
  next: uint('ayiya.nextheader', 'Next Header').at(3, 1).hex(),
  epoch: time('ayiya.epoch', 'Epoch'),
  identity: bytes('ayiya.identity', 'Identity'),
  signature: bytes('ayiya.signature', 'Signature'),
};

export const ayiya = protocol({
  name: 'ayiya',
  title: 'AYIYA',
  column: 'AYIYA',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const length = HEADER + identityWidth(b, start) + signatureWidth(b, start);
    if (p.end - start < length) return p.cut(length);
    p.at += length;
    const operation = b[start + 2]! & 15;
    if ((operation !== FORWARD && operation !== ECHO_AND_FORWARD) || p.at >= p.end) return null;
    return ipProtocols.get(b[start + 3]!) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [
      f.identityLength,
      f.identityType,
      f.signatureLength,
      f.hash,
      f.authentication,
      f.operation,
      f.next,
    ]) {
      out.fixed(field);
    }
    if (p.stop[layer]! - start < HEADER) return;
    out.add(f.epoch, start + 4, 4, BigInt(u32(b, start + 4)) * 1_000_000_000n);
    const identity = identityWidth(b, start);
    const signature = signatureWidth(b, start);
    if (start + HEADER + identity + signature > p.stop[layer]!) return;
    out.add(f.identity, start + HEADER, identity);
    if (signature > 0) out.add(f.signature, start + HEADER + identity, signature);
  },
});

/** Length of the identity in bytes, a power of two (§3.1). */
const identityWidth = (b: Uint8Array, start: number): number => 1 << (b[start]! >> 4);

const signatureWidth = (b: Uint8Array, start: number): number => (b[start + 1]! >> 4) * 4;
