// What is asked wrongly, too often, by the wrong ones, or by many at once.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Selection, Store } from '@eyrie/store';
import type { ApiError } from '../../src/analyzer/errors.ts';
import { Guard } from '../../src/analyzer/security.ts';
import { type Analyzer, ask, officeStore, startAnalyzer } from './support.ts';

const TOKEN = 'correct-horse-battery';
let store: Store;
let open: Analyzer;
let locked: Analyzer;
before(async () => {
  store = await officeStore();
  open = await startAnalyzer(store);
  locked = await startAnalyzer(store, { access: { token: TOKEN, hosts: ['eyrie.example'] } });
});
after(async () => {
  await open.close();
  await locked.close();
  await store.close();
});

const WRONG: readonly [string, number, string][] = [
  ['/packets?limit=1001', 400, 'bad_value'],
  ['/packets?limit=0', 400, 'bad_value'],
  ['/packets?limit=ten', 400, 'bad_value'],
  ['/packets?limit=1e2', 400, 'bad_value'],
  ['/packets?limit=1&limit=2', 400, 'bad_value'],
  ['/packets?offset=100', 400, 'unknown_parameter'],
  ['/packets?__proto__=1', 400, 'unknown_parameter'],
  ['/packets?order=sideways', 400, 'bad_value'],
  ['/packets?port=70000', 400, 'bad_value'],
  ['/packets?from=yesterday', 400, 'bad_time'],
  ['/packets?address=nobody', 400, 'bad_value'],
  ['/packets?address=page', 400, 'bad_value'],
  ['/packets?after=AAAA', 400, 'bad_cursor'],
  [`/packets?after=${Buffer.from('[null,5000000,0]').toString('base64url')}`, 400, 'bad_cursor'],
  [`/packets?after=${Buffer.from('["x",10,0]').toString('base64url')}`, 400, 'bad_cursor'],
  [
    `/packets?after=${Buffer.from('["; DROP TABLE packets",10,-1]').toString('base64url')}`,
    400,
    'bad_cursor',
  ],
  ['/packets?q=', 200, ''],
  [`/packets?q=${'a'.repeat(5000)}`, 400, 'bad_filter'],
  ['/packets/1?bufer=1', 400, 'unknown_parameter'],
  ['/captures?limit=5', 400, 'unknown_parameter'],
  ['/status?verbose', 400, 'unknown_parameter'],
  ['/packets/999999', 404, 'no_such_packet'],
  ['/packets/one', 400, 'bad_value'],
  ['/packets/1/bytes?format=xml', 400, 'bad_value'],
  ['/flows/999999', 404, 'no_such_flow'],
  ['/flows?after=AAAA', 400, 'bad_cursor'],
  ['/flows?sort=color', 400, 'bad_value'],
  ['/timeline?by=colour', 400, 'bad_value'],
  ['/timeline?buckets=100000', 400, 'bad_value'],
  ['/hosts/nobody', 400, 'bad_value'],
  ['/hosts/203.0.113.77', 404, 'no_such_host'],
  ['/captures/77', 404, 'no_such_capture'],
  ['/nowhere', 404, 'not_found'],
  ['/packets/', 404, 'not_found'],
  ['/packets//bytes', 404, 'not_found'],
  ['/hosts/', 404, 'not_found'],
  ['/%zz', 400, 'bad_request'],
  ['/live', 426, 'upgrade_required'],
  ['/packets?address=%0a', 400, 'bad_value'],
  ['/hosts/%00%E2%80%AE', 400, 'bad_value'],
  ['/flows?capture=999999999999999', 200, ''],
  ['/flows?server_name=%00', 200, ''],
  ['/packets?port=NaN', 400, 'bad_value'],
  ['/packets?capture=-1', 400, 'bad_value'],
];

test('an unknown parameter is answered with those that there are', async () => {
  const hint = async (path: string) => (await open.get(path)).body.error.hint as string;
  assert.match(
    await hint('/filter?src_ip=10.0.0.1'),
    /^there are .*\bq, .*\bprotocol\b.*\bsrc\b.*; see \/docs$/,
  );
  assert.equal(await hint('/status?verbose'), 'it takes none; see /docs');
});

test('what is wrong gets a stable code and one line, and never says what is inside', async () => {
  for (const [path, status, code] of WRONG) {
    const answer = await open.get(path);
    assert.equal(answer.status, status, path);
    if (status === 200) continue;
    assert.equal(answer.body.error.code, code, path);
    assert.doesNotMatch(answer.body.error.message, /\n|SELECT|node_modules|\.ts:/);
    assert.ok(answer.body.error.message.length < 600, path.slice(0, 40));
  }
});

/** All that comes until the connection is closed. */
async function answerTo(address: string, text: string, go?: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  let answer = '';
  // What it had not read when it closed the connection resets it.
  socket
    .on('error', () => {})
    .on('data', (part) => {
      answer += part;
    });
  socket.write(text);
  go?.(socket);
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

const codeIn = (answer: string): string => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).error.code;

test('what is no HTTP request, or has too many headers, gets a stable code, too', async () => {
  const { hostname, port } = new URL(open.address);
  const params = Array.from({ length: 10_000 }, (_, i) => `q${i}=1`).join('&');
  for (const [text, status, code] of [
    ['\x16\x03\x01\x00\xa5\r\n\r\n', 400, 'bad_request'],
    [`GET /packets?${params} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers_too_large'],
    ['GET /packets HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
    ['GET /packets HTTP/1.0\r\n\r\n', 403, 'foreign_host'],
    [
      'POST /captures/live HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\nContent-Length: 2\r\n\r\n',
      417,
      'expectation_failed',
    ],
  ] as const) {
    const answer = await answerTo(open.address, text);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} .*\r\n`));
    assert.equal(codeIn(answer), code);
  }
  // One after the other on one connection; the one that is wrong does not disturb those beside it.
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${more}\r\n`;
  const pipelined = await answerTo(
    open.address,
    get('/healthz') + get('/packets?limit=x') + get('/healthz', 'Connection: close\r\n'),
  );
  assert.deepEqual(pipelined.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200']);
});

test('a request that comes too slowly, or never wholly, is answered so and its connection closed', async () => {
  const slow = await startAnalyzer(store, { pace: { bytesMin: 4096, spanMs: 400 } });
  const head = (method: string, path: string, more: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;
  const json = 'Content-Type: application/json\r\nContent-Length: 60000\r\n';
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n';
  const file = 'Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n';
  const dripping = (text: string) => (socket: Socket) => {
    const drip = setInterval(() => socket.write(text), 20);
    socket.on('close', () => clearInterval(drip));
  };
  try {
    for (const request of [
      answerTo(slow.address, head('POST', '/captures/live', json)),
      answerTo(slow.address, head('POST', '/captures/live', json), dripping(' ')),
      answerTo(slow.address, head('POST', '/login', form)),
    ])
      assert.equal(codeIn(await request), 'too_slow');
    // Without somebody to take it in, an upload is refused at once, and its connection closed.
    assert.equal(
      codeIn(await answerTo(slow.address, head('POST', '/captures?name=x', file), dripping('1\r\nx\r\n'))),
      'no_intake',
    );
  } finally {
    await slow.close();
  }
});

test('what a parameter must be is said in words', async () => {
  const cases: [string, string][] = [
    ['/packets?limit=1&limit=2', 'limit: is given 2 times'],
    ['/packets?limit=ten', 'limit: must be a whole number'],
    ['/packets?limit=0', 'limit: must be at least 1'],
    ['/packets?limit=1001', 'limit: must be at most 1000'],
    ['/flows?count=maybe', 'count: must be true or false'],
    [`/packets?address=${'1'.repeat(65)}`, 'address: is longer than 64 characters'],
  ];
  for (const [path, message] of cases) assert.equal((await open.get(path)).body.error.message, message);
});

test('a method that an address does not know is refused with those that it does, which OPTIONS lists', async () => {
  const cases: [string, string, string | null][] = [
    ['POST', '/packets', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/packets/1', 'GET, HEAD, OPTIONS'],
    ['PUT', '/captures/1?force', 'DELETE, GET, HEAD, OPTIONS'],
    ['PATCH', '/captures', 'GET, HEAD, OPTIONS, POST'],
    ['HEAD', '/export', 'GET, OPTIONS'],
    ['POST', '/nowhere', null],
  ];
  for (const [method, path, allow] of cases) {
    const refused = await fetch(`${open.address}${path}`, { method });
    assert.deepEqual(
      [refused.status, refused.headers.get('allow')],
      [allow === null ? 404 : 405, allow],
      path,
    );
    const options = await fetch(`${open.address}${path}`, { method: 'OPTIONS' });
    assert.deepEqual(
      [options.status, options.headers.get('allow')],
      [allow === null ? 404 : 204, allow],
      path,
    );
    assert.equal(options.headers.get('access-control-allow-origin'), null);
  }
});

test('no cache keeps what was captured', async () => {
  for (const path of ['/packets', '/packets/1/bytes?format=raw', '/export?limit=1', '/nowhere']) {
    const answer = await fetch(`${open.address}${path}`);
    await answer.arrayBuffer();
    assert.equal(answer.headers.get('cache-control'), 'no-store', path);
  }
});

test('a time has a zone, or is UTC; a plus sign need not be escaped, and a space may stand for the T', async () => {
  const from = async (time: string) => {
    const { status, body } = await open.get(`/packets?limit=3&from=${time}`);
    assert.equal(status, 200, time);
    return body.items;
  };
  const expected = await from('1795262100.25');
  assert.equal(expected.length, 3);
  for (const time of [
    'T11:55:00.25',
    '%2011:55:00.25',
    'T11:55:00.25Z',
    'T17:25:00.25%2B05:30',
    'T17:25:00.25+0530',
  ])
    assert.deepEqual(await from(`2026-11-21${time}`), expected, time);
  assert.deepEqual(await from('2026-11-21%2011:55'), await from('1795262100'));
  assert.deepEqual(await from('2026-11-21T06:55:00-05:00'), await from('1795262100'));
});

test('a display filter that does not compile is marked where it is wrong', async () => {
  const cases: [string, number, number][] = [
    ['ip.src = = 1', 9, 1],
    ['tcp.port == ', 12, 1],
    ['dns.qry.nam == "x"', 0, 11],
    ['tcp.port == "eighty', 12, 7],
    [`${'('.repeat(200)}dns${')'.repeat(200)}`, 100, 1],
  ];
  for (const [filter, at] of cases) {
    for (const path of ['/packets', '/protocol_summary', '/timeline', '/export', '/hosts', '/map']) {
      const { status, body } = await open.get(`${path}?q=${encodeURIComponent(filter)}`);
      assert.equal(status, 400, `${path} ${filter}`);
      assert.equal(body.error.code, 'bad_filter');
      assert.ok(
        Math.abs(body.error.at.at - at) <= 1 && body.error.at.length >= 1,
        `${filter}: ${body.error.at.at}`,
      );
    }
  }
});

test('a display filter of /endpoints and /conversations of one kind: is checked by itself, and marked where it is wrong', async () => {
  for (const path of ['/endpoints', '/conversations']) {
    const asked = async (q: string) => (await open.get(`${path}?type=ip&${new URLSearchParams({ q })}`)).body;
    assert.equal((await asked('ip.src = = 1')).error.at.at, 9);
    assert.equal((await asked('tcp) || (udp')).error.code, 'bad_filter');
  }
});

test('bodies that are no JSON, of the wrong type, or too large are refused', async () => {
  const post = (body: string, type = 'application/json') =>
    open.get('/captures/live', { method: 'POST', body, headers: { 'content-type': type } });
  assert.equal((await post('{"interface":')).body.error.code, 'bad_json');
  assert.equal((await post('{"interface":5}')).body.error.code, 'bad_value');
  assert.equal((await post('[]')).body.error.code, 'bad_value');
  assert.equal((await post('{"interface":"lo","shell":"rm"}')).body.error.code, 'unknown_parameter');
  assert.equal((await post('{}')).body.error.code, 'bad_value');
  assert.equal((await post('{"interface":"a\\u0000b"}')).body.error.code, 'bad_value');
  assert.equal((await post(JSON.stringify({ interface: 'x'.repeat(100_000) }))).status, 413);
  assert.equal((await post('interface=lo', 'application/x-www-form-urlencoded')).status, 415);
  assert.equal((await post('{"interface":"lo"}', 'text/plain')).status, 415);
  assert.equal((await post('{"interface":"lo"}')).body.error.code, 'no_intake');
});

/** fetch() neither lies about the host nor sends Origin: this does. */
function raw(
  address: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const asked = request({ hostname, port, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve([answer.statusCode!, text]));
    });
    asked.on('error', reject).end();
  });
}

test('a name that is not ours is refused (DNS rebinding), addresses and allowed names are not', async () => {
  const status = async (address: string, host: string) =>
    (await raw(address, 'GET', '/healthz', { host }))[0];
  assert.equal(await status(open.address, 'evil.example'), 403);
  assert.equal(await status(open.address, 'localhost.evil.example:5003'), 403);
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:5003', '192.0.2.7'])
    assert.equal(await status(open.address, host), 200, host);
  assert.equal(await status(open.address, 'eyrie.example'), 403);
  assert.equal(await status(locked.address, 'eyrie.example'), 200);
});

test('pages of another origin can neither change anything nor open the live channel', async () => {
  const host = new URL(open.address).host;
  const status = async (method: string, path: string, headers: Record<string, string>) =>
    (await raw(open.address, method, path, { host, ...headers }))[0];
  assert.equal(await status('DELETE', '/captures/77', { origin: 'https://evil.example' }), 403);
  assert.equal(await status('DELETE', '/captures/77', { 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await status('DELETE', '/captures/77', { origin: 'null' }), 403);
  assert.equal(await status('DELETE', '/captures/77', { origin: `http://${host}` }), 404);
  // An image there may not have us work, a link may.
  const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  assert.equal(await status('GET', '/packets', image), 403);
  assert.equal(await status('GET', '/packets', { ...link, 'sec-fetch-dest': 'iframe' }), 403);
  assert.equal(await status('GET', '/packets', link), 200);
  assert.equal(await status('GET', '/packets', { ...image, 'sec-fetch-site': 'same-origin' }), 200);
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  assert.equal(await status('GET', '/live', { ...upgrade, ...key, origin: 'https://evil.example' }), 403);
});

test('no regular expression keeps the service busy for ever', async () => {
  // In the bytes of a packet, which are read again for it.
  const ask = (pattern: string) =>
    open.get(`/packets?limit=1&q=${encodeURIComponent(`frame matches "${pattern}"`)}`);
  const beginMs = performance.now();
  assert.equal((await ask('([^a]+)+$a')).status, 200);
  assert.ok(performance.now() - beginMs < 20_000, 'it would take longer than the sun has');
  assert.equal((await ask('(?=([^a]+)+$)')).body.error.code, 'bad_filter');
  // A reference keeps V8 from its linear way, and each of these doubles the ways to go back.
  assert.equal((await ask(`(z?)${'a?'.repeat(40)}b\\\\1`)).body.error.code, 'bad_filter');
  assert.equal((await ask(`(z?)${'(?:a|a)'.repeat(40)}b\\\\1`)).body.error.code, 'bad_filter');
  assert.equal((await ask('(?!.*secret)x{40}')).status, 200);
});

test('every answer forbids to load from elsewhere, to frame and to guess types, and allows no other origin', async () => {
  for (const path of ['/packets?limit=1', '/docs', '/nowhere', '/healthz']) {
    const { headers } = await open.get(path, { headers: { origin: 'https://evil.example' } });
    assert.match(headers.get('content-security-policy')!, /^default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(headers.get('content-security-policy')!, /unsafe/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});

test('with a token, nothing is answered without it, but for /healthz', async () => {
  assert.equal((await locked.get('/healthz')).status, 200);
  for (const path of ['/packets', '/metrics', '/openapi.json', '/captures', '/']) {
    const answer = await locked.get(path);
    assert.equal(answer.status, 401, path);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  }
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  assert.equal((await locked.get('/packets?limit=1', bearer(TOKEN))).status, 200);
  assert.equal((await locked.get('/packets?limit=1', bearer(`${TOKEN}x`))).status, 401);
});

test('a person logs in with the token once, and the cookie is out of reach of scripts and other sites', async () => {
  const asBrowser = { headers: { accept: 'text/html' } };
  const led = await locked.get('/packets', asBrowser);
  assert.deepEqual([led.status, led.headers.get('location')], [303, '/login']);
  assert.match((await locked.get('/login')).body, /<input name="token" type="password"/);
  const login = (token: string) =>
    locked.get('/login', {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
  const wrong = await login('wrong-wrong-wrong');
  assert.equal(wrong.status, 401);
  assert.match(wrong.body, /not the token/);
  const right = await login(TOKEN);
  assert.equal(right.status, 303);
  const cookie = right.headers.get('set-cookie')!;
  assert.match(cookie, /^eyrie_session=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  const session = { headers: { cookie: cookie.split(';')[0]! } };
  assert.equal((await locked.get('/packets?limit=1', session)).status, 200);
  assert.equal(
    (await locked.get('/packets?limit=1', { headers: { cookie: `eyrie_session=${'A'.repeat(32)}` } })).status,
    401,
  );
  await locked.get('/logout', { method: 'POST', ...session });
  assert.equal((await locked.get('/packets?limit=1', session)).status, 401);
});

test('who guesses tokens must wait, and one that is right does not help then', async () => {
  const guarded = await startAnalyzer(store, { access: { token: TOKEN, hosts: [] } });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const codes: number[] = [];
  for (let i = 0; i < 12; i++)
    codes.push((await guarded.get('/packets?limit=1', bearer(`wrong-${i}`))).status);
  assert.deepEqual(codes, [...Array(10).fill(401), 429, 429]);
  assert.equal((await guarded.get('/packets?limit=1', bearer(TOKEN))).status, 429);
  await guarded.close();
});

test('where somebody has known the token, those who guess behind the same address lock nobody out', async () => {
  const guard = new Guard({ token: TOKEN, hosts: [] });
  const refused = (address: string, token: string) => {
    try {
      guard.login(address, token);
      return null;
    } catch (error) {
      return (error as ApiError).code;
    }
  };
  assert.equal(refused('203.0.113.1', TOKEN), null);
  const codes = Array.from({ length: 12 }, (_, i) => refused('203.0.113.1', `wrong-${i}`));
  assert.deepEqual(codes, [...Array(10).fill('unauthorized'), ...Array(2).fill('too_many_requests')]);
  assert.equal(refused('203.0.113.1', TOKEN), null);
  for (let i = 0; i < 10; i++) refused('203.0.113.2', `wrong-${i}`);
  assert.equal(refused('203.0.113.2', TOKEN), 'too_many_requests');
});

test('answers that are long are sent as zstd or gzip, and say the same', async () => {
  const received = (path: string, coding: string, headers = {}): Promise<[Buffer, string | undefined]> =>
    new Promise((resolve, reject) => {
      request(`${open.address}${path}`, { headers: { 'accept-encoding': coding, ...headers } }, (answer) => {
        const chunks: Buffer[] = [];
        answer
          .on('data', (chunk) => chunks.push(chunk))
          .on('end', () => resolve([Buffer.concat(chunks), answer.headers['content-encoding']]));
      })
        .on('error', reject)
        .end();
    });
  for (const [coding, unpack] of [
    ['zstd', zstdDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const far = { 'x-forwarded-for': '203.0.113.9' };
    for (const [path, headers] of [
      ['/packets?limit=1000', {}],
      ['/packets?limit=20', far],
    ] as const) {
      const plain = (await open.get(path)).body;
      const [bytes, said] = await received(path, coding, headers);
      assert.equal(said, coding);
      assert.deepEqual(JSON.parse(unpack(bytes).toString()), plain);
      assert.ok(bytes.length * 3 < JSON.stringify(plain).length);
    }
    // Within one machine it would take longer than it spares.
    assert.equal((await received('/packets?limit=20', coding))[1], undefined);
  }
});

test('100 clients at once all get their answers', async () => {
  const paths = [
    '/packets?limit=50&q=dns',
    '/protocol_summary',
    '/timeline',
    '/packets/100',
    '/flows?limit=5',
    '/hosts',
  ];
  const expected = await Promise.all(paths.map(async (path) => (await open.get(path)).body));
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => open.get(paths[i % paths.length]!)),
  );
  answers.forEach((answer, i) => {
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, expected[i % paths.length]);
  });
});

test('/metrics is what Prometheus reads', async () => {
  const { body, headers } = await open.get('/metrics');
  assert.match(headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^eyrie_store_packets 5125$/m);
  assert.match(body, /^eyrie_http_requests_total\{route="\/packets",status="200"\} \d+$/m);
  for (const line of body.trim().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+)$/);
  const buckets = [...body.matchAll(/duration_seconds_bucket\{route="\/packets",le="([^"]+)"\} (\d+)/g)];
  assert.equal(buckets.at(-1)![1], '+Inf');
  buckets.reduce((before, [, , count]) => {
    assert.ok(Number(count) >= before);
    return Number(count);
  }, 0);
});

test('a store that is away is an answer of its own', async (t) => {
  const away = await officeStore();
  const analyzer = await startAnalyzer(away);
  t.after(() => analyzer.close());
  await away.close();
  const health = await ask(`${analyzer.address}/healthz`);
  assert.deepEqual([health.status, health.body.status], [503, 'failing']);
  const { status, body, headers } = await analyzer.get('/packets');
  assert.deepEqual([status, body.error.code, headers.get('retry-after')], [503, 'store_away', '1']);
});

test('a client that goes away: its request makes no further query, and those of others are answered', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: outcome, resolve: end } = Promise.withResolvers<unknown>();
  const client = new AbortController();
  let requests = 0;
  const slow = new Proxy(store, {
    get(target, key) {
      if (key !== 'protocolSummary') return Reflect.get(target, key).bind(target);
      return async (selection: Selection) => {
        if (++requests > 1) return target.protocolSummary(selection);
        ask();
        // As long queries one after another.
        for (let i = 0; i < 1000; i++) {
          const error = await target.hierarchy({ filter: `frame.len > ${i}` }).then(
            () => null,
            (thrown) => thrown,
          );
          if (error !== null) {
            end(error.message);
            throw error;
          }
          await sleep(5);
        }
        end('it went on');
        throw new Error('it went on');
      };
    },
  });
  const analyzer = await startAnalyzer(slow);
  try {
    const gone = fetch(`${analyzer.address}/protocol_summary`, { signal: client.signal });
    await asked;
    client.abort();
    await assert.rejects(gone);
    assert.equal((await analyzer.get('/protocol_summary')).status, 200);
    assert.match(String(await outcome), /closed the connection/);
    assert.equal((await analyzer.get('/hierarchy')).status, 200);
  } finally {
    await analyzer.close();
  }
});
