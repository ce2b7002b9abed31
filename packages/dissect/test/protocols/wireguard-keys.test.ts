// WireGuard with known keys: a handshake and packets that another implementation of Noise, HMAC and ChaCha20-Poly1305 made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { framePath } from '../../src/core/path.ts';
import { blake2s } from '../../src/crypto/blake2s.ts';
import { x25519 } from '../../src/crypto/x25519.ts';
import { CaptureReader, newFrame } from '../../src/files/index.ts';
import { bytesOf, fieldsOf } from './support.ts';

const INITIATOR = [
  'LOCAL_STATIC_PRIVATE_KEY = EhE9M+/w+OF/GBSR10CkEWSm4LR9HkYS2P/npZvQbts=',
  'REMOTE_STATIC_PUBLIC_KEY = WqevTeBLMT9uRCubf5VzU+Nf4jGIkeSQfKb+vlSW6RQ=',
  'LOCAL_EPHEMERAL_PRIVATE_KEY = BNDqh97UlRRMwYbp+eJAvxMl+tOuhQc0Cs7BFW3miDo=',
  'PRESHARED_KEY = zeR8T3uIpEktoBOfPwFHY0Q8CNEiY55u2JU1b+IwqdY=',
];
const RESPONDER = [
  'LOCAL_STATIC_PRIVATE_KEY = N4ggxiwpYn2j+Vh9UqbZI2+gW2twfklIv5PEosvTLwI=',
  'REMOTE_STATIC_PUBLIC_KEY = mexXS0KAt1m8nKovSodLe6FfGLdL5i3k4xVN85r49Ec=',
  'LOCAL_EPHEMERAL_PRIVATE_KEY = jASH3e1Xgu5MLypzEIgPxqCZ7q2k+UDZShLjqSnIXPs=',
  'PRESHARED_KEY = zeR8T3uIpEktoBOfPwFHY0Q8CNEiY55u2JU1b+IwqdY=',
];
const RECORDING = fileURLToPath(new URL('recordings/wireguard.pcap', import.meta.url));

/** Path and Info of each frame, and the fields of the handshake. */
function seen(keys: readonly string[]): string[] {
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  dissector.session.keyLog.add(keys.join('\n'));
  reader.feed(readFileSync(RECORDING));
  reader.finish();
  const lines: string[] = [];
  while (reader.next(frame)) {
    const p = dissector.dissect(frame);
    const { 'wg.static': key = '', 'wg.handshake_ok': ok = '' } = fieldsOf(p, [
      'wg.static',
      'wg.handshake_ok',
    ]);
    lines.push([framePath(p).replace('eth:ethertype:ip:udp:', ''), infoColumn(p), key, ok].join('|'));
  }
  return lines;
}

const OPENED = [
  'wg|Handshake Initiation, sender=0x11223344|mexXS0KAt1m8nKovSodLe6FfGLdL5i3k4xVN85r49Ec=|',
  'wg|Handshake Response, sender=0x55667788, receiver=0x11223344||1',
  'wg:ip:udp:dns|Standard query 0x0007 A nest.example||',
  'wg:ip:icmp:ip:udp|Destination unreachable (Port unreachable)||',
  'wg|Keepalive, receiver=0x55667788, counter=1||',
];

test('WireGuard: the keys of either side open both directions', () => {
  assert.deepEqual(seen(INITIATOR), OPENED);
  assert.deepEqual(seen(RESPONDER), OPENED);
});

test('WireGuard: without the preshared key the handshake stays closed, without the ephemeral one all of it', () => {
  assert.deepEqual(
    seen(INITIATOR.slice(0, 3)).map((line) => line.split('|')[3]),
    ['', '0', '', '', ''],
  );
  assert.deepEqual(
    seen(INITIATOR.slice(0, 2)).map((line) => line.split('|')[0]),
    ['wg', 'wg', 'wg', 'wg', 'wg'],
  );
});

test('BLAKE2s: RFC 7693 Appendix B; a message of two blocks', () => {
  assert.deepEqual(
    blake2s(bytesOf('616263')),
    bytesOf('508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982'),
  );
  assert.deepEqual(
    blake2s(new Uint8Array(100)),
    bytesOf('bfc72c20977f12fddf2791ade2595e4d6956f249fc175ccc684c3284bda84df0'),
  );
});

test('X25519: RFC 7748 §5.2', () => {
  assert.deepEqual(
    x25519(
      bytesOf('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'),
      bytesOf('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
    ),
    bytesOf('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'),
  );
});
