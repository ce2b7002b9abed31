// What `eyrie firewall` would run, word for word, for firewalls that are not here; and what it takes for used and blocked.
import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../src/config/index.ts';
import {
  firewallNamed,
  listeningIn,
  protection,
  readBlocked,
  serviceOf,
  shellText,
  sshdPorts,
  usedPorts,
  type Wanted,
  withoutCovered,
} from '../src/firewall/index.ts';

const wanted: Wanted = {
  rules: [
    { service: 'ui', protocol: 'tcp', port: 5000, from: ['10.0.0.0/8', 'fd00::/8'] },
    { service: 'peer lab-7', protocol: 'tcp', port: 5001, from: [] },
    { service: 'node', protocol: 'udp', port: 12345, from: [] },
  ],
  blocked: ['203.0.113.5', '2001:db8::/32'],
  ssh: [22],
};

function planned(name: string, seen: string[] = []): string[] {
  return firewallNamed(name)!.apply(wanted, seen, null).steps.map(shellText);
}

describe('the commands of each firewall', () => {
  test('netsh', () => {
    const before =
      '\r\nRule Name:       eyrie ui\r\nEnabled:   Yes\r\nRegelname:   eyrie old\r\nRule Name:   Core\r\n';
    assert.deepEqual(planned('netsh', [before]), [
      `netsh advfirewall firewall delete rule 'name=eyrie ui'`,
      `netsh advfirewall firewall delete rule 'name=eyrie old'`,
      `netsh advfirewall firewall add rule 'name=eyrie ui' dir=in action=allow protocol=TCP localport=5000 remoteip=10.0.0.0/8,fd00::/8`,
      `netsh advfirewall firewall add rule 'name=eyrie peer lab-7' dir=in action=allow protocol=TCP localport=5001 remoteip=any`,
      `netsh advfirewall firewall add rule 'name=eyrie node' dir=in action=allow protocol=UDP localport=12345 remoteip=any`,
      `netsh advfirewall firewall add rule 'name=eyrie block' dir=in action=block remoteip=203.0.113.5,2001:db8::/32`,
    ]);
  });

  test('PowerShell', () => {
    const start = `powershell -NoProfile -NonInteractive -Command`;
    const rule = `New-NetFirewallRule -Group Eyrie -DisplayName`;
    assert.deepEqual(
      planned('powershell').map((line) => line.replaceAll(`'\\''`, '"')),
      [
        `${start} 'Remove-NetFirewallRule -Group Eyrie -ErrorAction SilentlyContinue'`,
        `${start} '${rule} "eyrie ui" -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5000 -RemoteAddress 10.0.0.0/8,fd00::/8 | Out-Null'`,
        `${start} '${rule} "eyrie peer lab-7" -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5001 -RemoteAddress Any | Out-Null'`,
        `${start} '${rule} "eyrie node" -Direction Inbound -Action Allow -Protocol UDP -LocalPort 12345 -RemoteAddress Any | Out-Null'`,
        `${start} '${rule} "eyrie block" -Direction Inbound -Action Block -RemoteAddress 203.0.113.5,2001:db8::/32 | Out-Null'`,
      ],
    );
  });

  test('pf', () => {
    assert.deepEqual(planned('pf'), [
      [
        `pfctl -a com.apple/eyrie -f - <<'END'`,
        'table <eyrie_blocked> persist { 203.0.113.5, 2001:db8::/32 }',
        'block in quick from <eyrie_blocked> to any label "eyrie block"',
        'pass in quick proto tcp from any to any port 22 label "eyrie ssh"',
        'pass in quick proto tcp from { 10.0.0.0/8, fd00::/8 } to any port 5000 label "eyrie ui"',
        'block in quick proto tcp from any to any port 5000 label "eyrie ui"',
        'pass in quick proto tcp from any to any port 5001 label "eyrie peer lab-7"',
        'pass in quick proto udp from any to any port 12345 label "eyrie node"',
        'END',
      ].join('\n'),
    ]);
    const { remove, status } = firewallNamed('pf')!;
    const rules =
      'pass in quick proto tcp from any to any port = 5001 flags S/SA keep state label "eyrie peer lab-7"\n';
    assert.deepEqual(remove([rules]).steps.map(shellText), ['pfctl -a com.apple/eyrie -F all']);
    assert.equal(status([rules]).length, 1);
    assert.deepEqual(remove(['']).steps, []);
  });

  test("ufw leaves the owner's rules alone, also where they say the same", () => {
    const added = [
      'Added user rules (see "ufw status" for running firewall):',
      'ufw limit OpenSSH',
      "ufw allow 5001/tcp comment 'mine'",
      "ufw allow 5002/tcp comment 'eyrie persistor'",
    ].join('\n');
    const { steps, notes } = firewallNamed('ufw')!.apply(wanted, [added, 'Status: active'], null);
    assert.deepEqual(steps.map(shellText), [
      'ufw delete allow 5002/tcp',
      `ufw allow from 10.0.0.0/8 to any port 5000 proto tcp comment 'eyrie ui'`,
      `ufw allow from fd00::/8 to any port 5000 proto tcp comment 'eyrie ui'`,
      `ufw allow 12345/udp comment 'eyrie node'`,
      `ufw prepend deny from 203.0.113.5 comment 'eyrie block'`,
      `ufw prepend deny from 2001:db8::/32 comment 'eyrie block'`,
    ]);
    assert.deepEqual(notes, ['ufw has a rule of yours already: allow 5001/tcp']);
  });

  test('nftables: chains of other programs are left to them, and no chain needs no rule', () => {
    const chain = (table: string, name: string) => ({
      chain: { family: 'ip', table, name, type: 'filter', hook: 'input', policy: 'drop' },
    });
    const json = JSON.stringify({ nftables: [{ metainfo: {} }, chain('filter', 'INPUT')] });
    const { notes } = firewallNamed('nft')!.apply({ ...wanted, blocked: [], rules: [] }, [json], null);
    assert.match(notes.join(), /ip filter INPUT belongs to iptables or ufw/);
    const open = { ...wanted, blocked: [], rules: wanted.rules.slice(1) };
    assert.deepEqual(firewallNamed('nft')!.apply(open, ['{"nftables":[]}'], null).steps, []);
  });

  test('whatever a peer is called, its name says nothing else to a firewall', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        const [rule] = usedPorts(loadConfig({ env: {} }), [{ id, host: '::', port: 7000 }], []);
        assert.match(rule!.service, /^peer [\w .-]{0,43}$/);
      }),
    );
  });
});

describe('what is used', () => {
  const env = { EYRIE_UI_HOST: '0.0.0.0', EYRIE_PERSISTOR_HOST: '::', EYRIE_PERSISTOR_PORT: '6002' };

  test('services and peers that listen beyond this machine, and what runs; each port once', () => {
    const peers = [
      { id: 'a', host: '::', port: 5001 },
      { id: 'b', host: '127.0.0.1', port: 5009 },
      { id: 'c', host: '::', port: 0 },
    ];
    const running = [
      { service: 'honeypot', protocol: 'tcp' as const, address: '0.0.0.0', port: 9999 },
      { service: 'peer a', protocol: 'tcp' as const, address: '::', port: 5001 },
      { service: 'node', protocol: 'udp' as const, address: '127.0.0.5', port: 12345 },
    ];
    assert.deepEqual(
      usedPorts(loadConfig({ env }), peers, running).map(({ service, port }) => `${service} ${port}`),
      ['ui 5000', 'peer a 5001', 'persistor 6002', 'honeypot 9999', 'finding peers 12346'],
    );
    const alone = usedPorts(loadConfig({ env: {} }), peers.slice(1, 2), []);
    assert.deepEqual(alone, [], 'a peer on loopback asks for nobody');
  });

  test('a broker of MQTT, where it is on and listens beyond this machine', () => {
    const ports = (more: NodeJS.ProcessEnv) =>
      usedPorts(loadConfig({ env: { EYRIE_MQTT_ON: 'true', ...more } }), [], []).map(
        ({ service, port }) => `${service} ${port}`,
      );
    assert.deepEqual(ports({}), []);
    assert.deepEqual(ports({ EYRIE_MQTT_HOST: '0.0.0.0' }), ['mqtt 8883']);
    assert.deepEqual(ports({ EYRIE_MQTT_HOST: '0.0.0.0', EYRIE_MQTT_PORT: '1883' }), ['mqtt 1883']);
    assert.deepEqual(ports({ EYRIE_MQTT_HOST: '0.0.0.0', EYRIE_MQTT_URL: 'mqtt://broker' }), []);
  });

  test('sockets of /proc/net, and the processes that are ours', () => {
    const head =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    const line =
      '   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n';
    const six = '   0: 00000000000000000000000001000000:270F 0:0 0A 0:0 0:0 0     0        0 77 1\n';
    const connected =
      '   1: 0100007F:1389 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 5 1\n';
    assert.deepEqual(listeningIn(head + line + six + connected, 'tcp'), [
      { protocol: 'tcp', address: '127.0.0.1', port: 5000, inode: '4242' },
      { protocol: 'tcp', address: '::1', port: 9999, inode: '77' },
    ]);
    assert.equal(
      serviceOf(['node', '/opt/eyrie/packages/cli/bin/eyrie.js', 'peer', 'lab-7', '--quiet']),
      'peer lab-7',
    );
    assert.equal(serviceOf(['/usr/bin/eyrie', 'honeypot']), 'honeypot');
    assert.equal(serviceOf(['node', '--import', 'x.js', '/usr/bin/eyrie', 'ui']), 'ui');
    for (const other of [
      'vi notes-on-eyrie.txt',
      'ssh eyrie',
      'vi /usr/bin/eyrie peer',
      'node server.js eyrie ui',
    ])
      assert.equal(serviceOf(other.split(' ')), null, other);
    fc.assert(fc.property(fc.string(), (text) => void listeningIn(text, 'udp')));
  });
});

test('ports of sshd: also in files that are included, of addresses, and none behind Match', () => {
  const ports = (files: Record<string, string>) =>
    sshdPorts({
      read: (path) => files[path] ?? '',
      list: (folder) =>
        Object.keys(files)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1)),
    });
  const main = '/etc/ssh/sshd_config';
  assert.deepEqual(ports({}), [], 'no server');
  assert.deepEqual(ports({ [main]: '#Port 99\nX11Forwarding yes\n' }), [22]);
  const include = 'Include /etc/ssh/sshd_config.d/*.conf\n';
  const included = { '/etc/ssh/sshd_config.d/a.conf': 'Port 2222', '/etc/ssh/sshd_config.d/b.bak': 'Port 1' };
  assert.deepEqual(ports({ [main]: include, ...included }), [2222]);
  assert.deepEqual(
    ports({ [main]: `include sshd_config.d/a.conf\nport=22 # both\n`, ...included }),
    [2222, 22],
  );
  assert.deepEqual(
    ports({ [main]: 'ListenAddress [::]:2200\nListenAddress 10.0.0.1:2201 rdomain lab' }),
    [2200, 2201],
  );
  assert.deepEqual(
    ports({ [main]: 'ListenAddress [::]:2200\nListenAddress ::1\n' }),
    [22, 2200],
    'an address without a port has the usual one',
  );
  assert.deepEqual(ports({ [main]: 'Match User x\nPort 5\n' }), [22]);
  assert.deepEqual(ports({ [main]: `Include ${main}\nPort 7\n` }), [7], 'one that includes itself ends');
});

test('networks that overlap are said once', () => {
  assert.deepEqual(withoutCovered(['10.0.0.0/8', '10.1.0.0/16', '192.0.2.1', 'fd00::/8', 'fd00:1::1']), [
    '10.0.0.0/8',
    '192.0.2.1',
    'fd00::/8',
  ]);
});

describe('block lists', () => {
  const isProtected = protection(['192.168.1.10', 'fe80::1'], '198.51.100.9');

  test('a line each, with remarks; who must not be blocked is named', () => {
    const text = '# seen\n203.0.113.5 # scan\n203.0.113.5\n2001:DB8::/32\n\nnonsense\n10.0.0.0/33\n';
    const { blocked, problems } = readBlocked(text, isProtected);
    assert.deepEqual(blocked, ['203.0.113.5', '2001:db8::/32']);
    assert.deepEqual(problems, [
      'line 6: nonsense: no address and no network',
      'line 7: 10.0.0.0/33: no address and no network',
    ]);
    for (const address of [
      '192.168.1.10',
      '192.168.0.0/16',
      '127.0.0.1',
      'fe80::/64',
      '198.51.100.0/24',
      '0.0.0.0/0',
      '::/0',
    ])
      assert.notEqual(isProtected(address), null, address);
    for (const address of ['192.168.1.11', '198.51.100.8', 'fe80:0:0:1::/64'])
      assert.equal(isProtected(address), null);
  });

  test('what lies in a network of the list is not said again', () => {
    const read = (...lines: string[]) => readBlocked(lines.join('\n'), () => null).blocked;
    assert.deepEqual(
      read(
        '203.0.113.5',
        '203.0.113.0/24',
        '203.0.113.9/24',
        '203.0.114.1',
        '2001:db8::1',
        '2001:db8::/32',
        '::1',
      ),
      ['203.0.113.0/24', '203.0.114.1', '2001:db8::/32', '::1'],
    );
    const network = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })),
    );
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), (networks) => {
        const lines = networks.map(([address, prefix]) => `${address}/${prefix}`.toLowerCase());
        const kept = new BlockList();
        const family = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');
        for (const each of read(...lines)) {
          const [address, prefix] = each.split('/');
          kept.addSubnet(address!, Number(prefix), family(address!));
        }
        for (const [address] of networks) assert.ok(kept.check(address, family(address)), address);
      }),
    );
  });

  test('any text is read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const address of readBlocked(text, isProtected).blocked) assert.match(address, /^[\da-f.:/]+$/);
      }),
    );
  });
});
