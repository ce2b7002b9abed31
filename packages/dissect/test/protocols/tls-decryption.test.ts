// TLS sessions of Node's own, without a socket: their records are decrypted with the secrets that Node logs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chunk, MAC_INSIDE, session } from '../../../../test/support/tls-session.ts';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
import { ETHERNET, tcpFrame } from './support.ts';

/** What is seen of each record's segment. */
function dissected<T>(chunks: readonly Chunk[], log: string, see: (p: Packet) => T): T[] {
  const dissector = new Dissector();
  if (log !== '') dissector.session.keyLog.add(log);
  const next = { '>': 1, '<': 1 };
  return chunks.map(([way, bytes], i) => {
    const isReply = way === '<';
    const data = tcpFrame(isReply ? 443 : 40000, isReply ? 40000 : 443, bytes, next[way], isReply);
    next[way] += bytes.length;
    const end = data.length;
    return see(
      dissector.dissect({
        number: i + 1,
        data,
        start: 0,
        end,
        wireLength: end,
        seconds: 1_700_000_000 + i,
        nanoseconds: 0,
        hasTime: true,
        hasComment: false,
        linkType: ETHERNET,
        interfaceId: 0,
        enterprise: 0,
        fileOffset: 0,
      }),
    );
  });
}

const path = (p: Packet): string => framePath(p).replace('eth:ethertype:ip:tcp:', '');

const REQUEST = 'GET /secret HTTP/1.1\r\nHost: kite.example\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n';

for (const [version, ciphers] of [
  ['TLSv1.2', 'PSK-AES128-GCM-SHA256'],
  ['TLSv1.2', 'PSK-AES256-GCM-SHA384'],
  ['TLSv1.2', 'PSK-CHACHA20-POLY1305'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
  ['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
] as const)
  test(`${version} with ${ciphers}: a request, and a response in two records`, async () => {
    const { chunks, log } = await session(version, ciphers, [REQUEST, HEAD, 'what nobody else may see']);
    const closed = dissected(chunks, '', path);
    assert.ok(closed.every((seen) => !seen.includes('http')));
    const open = dissected(chunks, log, path).filter((seen) => seen.includes('http'));
    assert.deepEqual(open, ['tls:http', 'tls:http:data-text-lines']);
  });

for (const [version, ciphers] of [
  ['TLSv1', 'PSK-AES128-CBC-SHA'],
  ['TLSv1.1', 'PSK-AES256-CBC-SHA'],
  ['TLSv1.2', 'PSK-AES128-CBC-SHA'],
  ['TLSv1.2', 'PSK-AES128-CBC-SHA256'],
  ['TLSv1.2', 'PSK-AES256-CBC-SHA384'],
] as const)
  for (const secureOptions of [0, MAC_INSIDE])
    test(`${version} with ${ciphers}, the MAC ${secureOptions === 0 ? 'outside' : 'inside'}`, async () => {
      const said = [REQUEST, HEAD, 'what nobody else may see'];
      const { chunks, log } = await session(version, `${ciphers}:@SECLEVEL=0`, said, secureOptions);
      const open = dissected(chunks, log, (p) => [path(p), infoColumn(p)]);
      const seen = open.filter(([layers]) => layers!.includes('http'));
      assert.deepEqual(
        seen.map(([, info]) => info),
        ['GET /secret HTTP/1.1 ', 'HTTP/1.1 200 OK  (text/plain)'],
      );
      assert.equal(open.filter(([, info]) => /Change Cipher Spec, Finished$/.test(info!)).length, 2);
      // A bit that changed is no longer decrypted.
      const request = chunks.findIndex((_, i) => open[i]![0]!.includes('http'));
      const bytes = chunks[request]![1].slice();
      bytes[bytes.length - 1]! ^= 1;
      const changed = chunks.with(request, ['>', bytes]);
      assert.ok(!dissected(changed, log, path)[request]!.includes('http'));
    });

test('handshake messages that were sealed are read as those in clear', async () => {
  const { chunks, log } = await session('TLSv1.3', 'TLS_AES_128_GCM_SHA256', [REQUEST, HEAD]);
  const infos = dissected(chunks, log, infoColumn);
  assert.ok(
    infos.some((info) => info.includes('Encrypted Extensions, Finished')),
    infos.join('\n'),
  );
  assert.ok(infos.includes('Alert (Level: Warning, Description: Close Notify)'), infos.join('\n'));
});

test('secrets of another session, or broken ones, open nothing and break nothing', async () => {
  const { chunks, log } = await session('TLSv1.3', 'TLS_AES_128_GCM_SHA256', [REQUEST, HEAD]);
  const wrong = log.replace(/ [0-9a-f]{64}\n/g, ` ${'ab'.repeat(32)}\n`);
  for (const given of [wrong, `${log.slice(0, 60)}\nCLIENT_RANDOM x y\n\n`])
    assert.ok(dissected(chunks, given, path).every((seen) => !seen.includes('http')));
});

for (const [version, cipher] of [
  ['TLSv1.2', 'PSK-AES128-GCM-SHA256'],
  ['TLSv1.2', 'PSK-AES128-CBC-SHA256'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
] as const)
  test(`${version}, ${cipher}: a session that follows another over the same ports has secrets of its own`, async () => {
    const made = () => session(version, cipher, [REQUEST, HEAD, 'what nobody else may see']);
    const [one, other] = [await made(), await made()];
    // The SYN between them was not captured.
    const chunks = [...one.chunks, ...other.chunks];
    const seen = dissected(chunks, one.log + other.log, path).filter((layers) => layers.includes('http'));
    const each = ['tls:http', 'tls:http:data-text-lines'];
    assert.deepEqual(seen, [...each, ...each]);
    const hellos = dissected(chunks, '', infoColumn).filter((info) => info.includes('Client Hello'));
    assert.equal(hellos.length, 2);
  });

for (const [version, cipher] of [
  ['TLSv1.2', 'PSK-AES128-GCM-SHA256'],
  ['TLSv1.2', 'PSK-CHACHA20-POLY1305'],
  ['TLSv1.2', 'PSK-AES128-CBC-SHA256'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
] as const)
  test(`${version}, ${cipher}: records behind some that are missing are decrypted`, async () => {
    const said = Array.from({ length: 44 }, () => REQUEST);
    const { chunks, log } = await session(version, cipher, said);
    const open = dissected(chunks, log, path);
    const requests = chunks.flatMap((_, i) => (open[i]!.includes('http') ? [i] : []));
    assert.equal(requests.length, said.length);
    const behind = (missing: number): number => {
      const lost = requests.slice(1, 1 + missing);
      const kept = chunks.filter((_, i) => !lost.includes(i));
      return dissected(kept, log, path).filter((layers) => layers.includes('http')).length;
    };
    assert.equal(behind(30), said.length - 30);
    assert.equal(behind(40), 1);
  });

test('what stands behind a secret in a key log is passed over', async () => {
  const { chunks, log } = await session('TLSv1.3', 'TLS_AES_128_GCM_SHA256', [REQUEST, HEAD]);
  const open = dissected(chunks, log.replaceAll('\n', '\\\n'), path);
  assert.ok(open.includes('tls:http'));
});
