// What happens on one network: ARP, neighbours of IPv6, rogue servers, MACs that nobody has.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '@eyrie/detect';
import { arp, dns, findingsOf, rulesOf, START, times } from './support.ts';

describe('spanning tree', () => {
  const bpdu = (after: number, root: string, bridge = root) =>
    ({
      kind: 'bridge',
      time: START + after,
      frame: 1 + after,
      root,
      bridge,
      vlan: 1,
      mac: bridge.slice(6),
    }) as const;
  const [ROOT, OTHER, LOWER] = [
    '32768/00:19:06:ea:b8:80',
    '32768/00:19:06:ff:00:00',
    '32768/00:19:06:ea:b8:7f',
  ];
  const ordinary = (seconds: number) =>
    times(seconds / 2, (i) => [bpdu(i * 2, ROOT), bpdu(i * 2, ROOT, OTHER)]);

  it('a bridge that takes the root over from one that is there is found', () => {
    const found = findingsOf([...ordinary(60), bpdu(60, LOWER), bpdu(61, ROOT, OTHER), bpdu(62, LOWER)]);
    assert.deepEqual(
      found.map(({ rule, source, count }) => [rule, source, count]),
      [['rogue-bridge', '00:19:06:ea:b8:7f', 1]],
    );
  });

  it('a successor of a silent root, a root that comes back, and bridges that settle are not', () => {
    assert.deepEqual(rulesOf([...ordinary(60), bpdu(90, OTHER), bpdu(200, OTHER), bpdu(201, ROOT)]), []);
    assert.deepEqual(rulesOf([bpdu(0, OTHER), bpdu(1, ROOT), bpdu(2, LOWER)]), []);
    assert.deepEqual(rulesOf([...ordinary(60), bpdu(60, LOWER, OTHER)]), [], 'another bridge speaks of it');
  });
});

describe('ARP', () => {
  const ROUTER = '02:00:00:00:00:01';
  const VICTIM = '02:00:00:00:00:99';
  const ATTACKER = '02:00:00:00:00:66';

  it('spoofing: an unsolicited unicast reply for an address that another MAC claims is found', () => {
    const events = [
      arp(true, 0, { senderMac: VICTIM, senderAddress: '10.0.0.99', targetAddress: '10.0.0.1' }),
      arp(false, 0.1, { senderMac: ROUTER, senderAddress: '10.0.0.1', targetAddress: '10.0.0.99' }),
      ...times(5, (i) =>
        arp(false, 20 + i * 10, {
          senderMac: ATTACKER,
          senderAddress: '10.0.0.1',
          targetAddress: '10.0.0.99',
          frameDestination: VICTIM,
        }),
      ),
    ];
    const [finding] = findingsOf(events);
    assert.equal(finding?.rule, 'arp-spoof');
    assert.equal(finding.source, ATTACKER);
    assert.match(finding.summary, /02:00:00:00:00:66 claims 10\.0\.0\.1/);
  });

  it('spoofing: solicited replies, neighbour checks, hosts with two addresses and failover are not', () => {
    const events = times(20, (i) => [
      arp(true, i, { senderAddress: '10.0.0.99', senderMac: VICTIM, targetAddress: '10.0.0.1' }),
      arp(false, i, {
        senderAddress: '10.0.0.1',
        senderMac: ROUTER,
        targetAddress: '10.0.0.99',
        frameDestination: VICTIM,
      }),
      arp(true, i, {
        senderAddress: '10.0.0.1',
        senderMac: ROUTER,
        targetAddress: '10.0.0.99',
        frameDestination: VICTIM,
      }),
      arp(true, i, {
        senderAddress: '10.0.0.2',
        senderMac: ROUTER,
        targetAddress: '10.0.0.99',
        frameDestination: VICTIM,
      }),
      arp(false, i, {
        senderAddress: '10.0.0.254',
        senderMac: i < 10 ? '00:00:5e:00:01:01' : ROUTER,
        targetAddress: '10.0.0.254',
        frameDestination: 'ff:ff:ff:ff:ff:ff',
      }),
    ]);
    assert.deepEqual(rulesOf(events), []);
  });

  it('conflict: two MACs that claim an address alternately are found', () => {
    const events = times(8, (i) =>
      arp(true, i, { senderMac: i % 2 === 0 ? ROUTER : VICTIM, senderAddress: '10.0.0.7' }),
    );
    assert.deepEqual(rulesOf(events, ['low']), ['address-conflict']);
  });

  it('new host: found only after an hour of observation', () => {
    const event = (after: number, mac: string) =>
      arp(true, after, { senderMac: mac, senderAddress: '10.0.0.5' });
    assert.deepEqual(rulesOf([event(0, ROUTER), event(60, VICTIM)], ['info']), []);
    assert.deepEqual(rulesOf([event(0, ROUTER), event(3700, VICTIM)], ['info']), ['new-host']);
  });
});

describe('rogue servers', () => {
  const offer = (server: string, routers: string) =>
    ({
      kind: 'dhcp',
      time: START,
      frame: 1,
      type: 2,
      transaction: 5,
      clientMac: '02:00:00:00:00:05',
      frameSource: '02:00:00:00:00:01',
      source: server,
      serverId: server,
      routers,
      dnsServers: '10.0.0.53',
    }) as const;

  it('DHCP: two servers with different routers are found, a failover pair is not', () => {
    assert.deepEqual(rulesOf([offer('10.0.0.1', '10.0.0.1'), offer('10.0.0.66', '10.0.0.66')]), [
      'rogue-dhcp',
    ]);
    assert.deepEqual(rulesOf([offer('10.0.0.1', '10.0.0.1'), offer('10.0.0.2', '10.0.0.1')]), []);
  });

  const router = (source: string, preference: number, prefix: string, lifetimeS = 1800) =>
    ({
      kind: 'router',
      time: START,
      frame: 1,
      source,
      mac: 'm',
      lifetimeS,
      preference,
      prefixes: [prefix],
    }) as const;

  it('IPv6 routers: a second one with high preference, and a flood of routers, are found', () => {
    const first = router('fe80::1', 0, '2001:db8:1::/64');
    assert.deepEqual(rulesOf([first, router('fe80::66', 1, '2001:db8:66::/64')]), ['rogue-router']);
    assert.deepEqual(rulesOf([first, router('fe80::2', 0, '2001:db8:2::/64')]), []);
    assert.deepEqual(rulesOf([first, router('fe80::2', 1, '2001:db8:2::/64', 0)]), []);
    assert.deepEqual(rulesOf(times(12, (i) => router(`fe80::${i}`, 0, `2001:db8:${i}::/64`))), [
      'rogue-router',
    ]);
  });

  it('IPv6 routers: the rogue one may come first; at normal preference severity is low', () => {
    const rogue = router('fe80::66', 1, '2001:db8:66::/64');
    assert.deepEqual(rulesOf([rogue, router('fe80::1', 0, '2001:db8:1::/64'), rogue]), ['rogue-router']);
    const second = { ...router('fe80::2', 0, '2001:db8:2::/64'), time: START + 1 };
    const both = [router('fe80::1', 0, '2001:db8:1::/64'), second];
    assert.deepEqual(rulesOf(both, ['low']), ['rogue-router']);
  });

  const owner = '02:00:00:00:00:01';
  const other = '02:00:00:00:00:66';
  const neighbour = (step: 'solicited' | 'advertised', after: number, mac: string, of: object = {}) =>
    ({
      kind: 'neighbour',
      step,
      time: START + after,
      frame: 1,
      source: '2001:db8::1',
      destination: step === 'advertised' ? '2001:db8::9' : 'ff02::1:ff00:1',
      target: '2001:db8::1',
      mac,
      frameSource: mac,
      isSolicited: step === 'advertised',
      isOverride: step === 'advertised',
      ...of,
    }) as const;

  it('IPv6 neighbours: an unsolicited unicast advertisement, or two contested addresses, are found', () => {
    const own = neighbour('advertised', 0, owner);
    const pushed = neighbour('advertised', 60, other, { isSolicited: false });
    assert.deepEqual(rulesOf([own, pushed]), ['neighbour-spoof']);
    const second = { target: '2001:db8::2' };
    const answers = [
      own,
      neighbour('advertised', 0.1, other),
      neighbour('advertised', 1, owner, second),
      neighbour('advertised', 1.1, other, second),
    ];
    assert.deepEqual(rulesOf(answers), ['neighbour-spoof']);
  });

  it('IPv6 neighbours: failover by multicast, proxies without override and one duplicate are not found', () => {
    const own = neighbour('advertised', 0, owner);
    const second = { target: '2001:db8::2' };
    const toAll = { destination: 'ff02::1', isSolicited: false };
    const failover = [
      own,
      neighbour('advertised', 0, owner, second),
      neighbour('advertised', 60, other, toAll),
      neighbour('advertised', 60, other, { ...toAll, ...second }),
    ];
    assert.deepEqual(rulesOf(failover), []);
    // At once after the forerunner answered, twice, and then asked itself: as a sleep proxy does.
    const atOnce = [0.5, 2, 4].flatMap((after) => [
      neighbour('advertised', after, other, toAll),
      neighbour('advertised', after, other, { ...toAll, ...second }),
    ]);
    const asked = [neighbour('advertised', 4.5, other), neighbour('advertised', 4.5, other, second)];
    const answered = [own, neighbour('advertised', 0, owner, second)];
    assert.deepEqual(rulesOf([...answered, ...atOnce, ...asked]), []);
    const contested = neighbour('advertised', 3, owner, { source: '2001:db8::2', ...second });
    assert.deepEqual(
      rulesOf([...atOnce.slice(0, 4), neighbour('advertised', 3, owner), contested, ...asked]),
      ['neighbour-spoof'],
    );
    assert.deepEqual(rulesOf([own, neighbour('advertised', 1, other, { isOverride: false })]), []);
    assert.deepEqual(rulesOf([own, neighbour('advertised', 1, other)]), []);
  });

  it('IPv6 neighbours: a contested address is forgotten after ten minutes', () => {
    const second = { target: '2001:db8::2' };
    const taken = (after: number, of: object) => [
      neighbour('advertised', after, owner, of),
      neighbour('advertised', after + 1, other, of),
    ];
    assert.deepEqual(rulesOf([...taken(0, {}), ...taken(500, second)]), ['neighbour-spoof']);
    assert.deepEqual(rulesOf([...taken(0, {}), ...taken(700, second)]), []);
  });

  it('IPv6 neighbours: a host behind a bridge that rewrites MACs does not deny its own address', () => {
    const events = times(5, (i) => {
      const target = `2001:db8::${i + 10}`;
      const tellsAll = { target, isSolicited: false, destination: 'ff02::1', frameSource: owner };
      return [
        neighbour('solicited', i, owner, { source: '::', target }),
        neighbour('advertised', i + 1, other, tellsAll),
      ];
    }).flat();
    assert.deepEqual(rulesOf(events), []);
  });

  it('IPv6 neighbours: denial of several new addresses is found', () => {
    const denied = (count: number) =>
      times(count, (i) => {
        const target = `2001:db8::${i + 10}`;
        return [
          neighbour('solicited', i, owner, { source: '::', target }),
          neighbour('advertised', i + 0.1, other, { target, isSolicited: false, destination: 'ff02::1' }),
        ];
      }).flat();
    assert.deepEqual(rulesOf(denied(2)), []);
    assert.deepEqual(rulesOf(denied(3)), ['neighbour-spoof']);
  });

  it('ICMP redirects: one with the address of a router and another MAC is found', () => {
    const redirect = (mac: string) =>
      ({
        kind: 'redirect',
        time: START + 1,
        frame: 2,
        source: '10.0.0.1',
        destination: '10.0.0.9',
        gateway: '10.0.0.66',
        mac,
      }) as const;
    const claim = arp(false, 0, { senderMac: owner, senderAddress: '10.0.0.1' });
    assert.deepEqual(rulesOf([claim, redirect(other)]), ['icmp-redirect']);
    assert.deepEqual(rulesOf([claim, redirect(owner)]), []);
    const failover = arp(false, 0.5, {
      senderMac: other,
      senderAddress: '10.0.0.1',
      targetAddress: '10.0.0.1',
      frameDestination: 'ff:ff:ff:ff:ff:ff',
    });
    assert.deepEqual(rulesOf([claim, failover, redirect(other)]), []);
    const group = arp(false, 0, { senderMac: '00:00:5e:00:01:07', senderAddress: '10.0.0.1' });
    assert.deepEqual(rulesOf([group, redirect(other)]), []);
  });

  it('MAC flood: more source MACs than a network has are found', () => {
    const random = randomFrom(7);
    const octet = () => random.below(256).toString(16).padStart(2, '0');
    const madeUp = () => Array.from({ length: 6 }, octet).join(':');
    const stations = (count: number, everyMs: number, make: (i: number) => string = madeUp) =>
      times(
        count,
        (i) => ({ kind: 'station', time: START + (i * everyMs) / 1000, frame: i, mac: make(i) }) as const,
      );
    assert.deepEqual(rulesOf(stations(1200, 1)), ['mac-flood']);
    assert.deepEqual(rulesOf(stations(900, 1)), []);
    assert.deepEqual(rulesOf(stations(1200, 20)), []);
    const bought = (i: number) => `00:${(i % 60).toString(16).padStart(2, '0')}:00:${madeUp().slice(9)}`;
    assert.deepEqual(rulesOf(stations(2000, 1, bought)), [], 'a large network');
    const telephones = (i: number) => (i % 8 === 0 ? bought(i) : `da${madeUp().slice(2)}`);
    assert.deepEqual(rulesOf(stations(2000, 1, telephones)), [], 'private MACs');
  });

  it('DNS: two different answers to one query are found', () => {
    const answer = (address: string) => dns(true, 0.1, { addresses: [address] });
    assert.deepEqual(rulesOf([dns(false, 0, {}), answer('192.0.2.1'), answer('203.0.113.9')]), ['dns-spoof']);
    assert.deepEqual(rulesOf([dns(false, 0, {}), answer('192.0.2.1'), answer('192.0.2.1')]), []);
    // A server that rotates its addresses, asked twice.
    assert.deepEqual(
      rulesOf([dns(false, 0, {}), dns(false, 1, {}), answer('192.0.2.1'), answer('203.0.113.9')]),
      [],
    );
  });

  it('LLMNR: a host that answers for three names is found', () => {
    const answers = (names: readonly string[], addressOf: (i: number) => string) =>
      names.map((name, i) => dns(true, i, { serverPort: 5355, name, addresses: [addressOf(i)] }));
    const asked = ['fileserver', 'wpad', 'Prinetr'];
    assert.deepEqual(rulesOf(answers(asked, () => '10.0.0.66')), ['llmnr-spoof']);
    assert.deepEqual(rulesOf(answers(asked.slice(1), () => '10.0.0.66')), []);
    assert.deepEqual(rulesOf(answers(['pc', 'PC', 'pc.local'], () => '10.0.0.66')), [], 'one name');
    assert.deepEqual(rulesOf(answers(asked, (i) => `10.0.0.${i}`)), [], 'a cluster');
  });
});
