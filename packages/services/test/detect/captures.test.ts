// Attacks in real captures are found and named, and what is ordinary is left alone.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { atLeast, type Finding } from '@eyrie/detect';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch, type PacketWatchOptions } from '@eyrie/services/detect';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';

const samples = join(import.meta.dirname, '../../../../samples');

/** `only`: the packets of conversations that go one way. */
async function findingsIn(path: string, options: PacketWatchOptions = {}, only = -1): Promise<Finding[]> {
  const source = await openCapture(path);
  const dissector = new Dissector();
  const sorter = new Dissector();
  const watch = new PacketWatch(dissector.session, options);
  const frame = newFrame();
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      const { flow, direction } = only < 0 ? { flow: -1, direction: 0 } : sorter.dissect(frame);
      if (flow < 0 || direction === only) watch.add(dissector.dissect(frame));
    }
  await source.close();
  return watch.end();
}

const grave = (found: readonly Finding[]): Finding[] =>
  found.filter(({ severity }) => atLeast(severity, 'medium'));
const rules = (found: readonly Finding[]): string[] => [...new Set(found.map(({ rule }) => rule))].sort();

describe('the bundled samples', () => {
  it('a port scan and guessed passwords, each with its packets', async () => {
    const found = grave(await findingsIn(join(samples, 'port-scan.pcapng')));
    assert.deepEqual(rules(found), ['brute-force', 'host-sweep', 'port-scan']);
    assert.ok(found.every(({ source }) => source === '192.168.10.66'));
    assert.equal(found.filter(({ rule }) => rule === 'port-scan').length, 5);
    const guessed = found.filter(({ rule }) => rule === 'brute-force');
    assert.deepEqual(guessed.map(({ facts }) => facts.protocol).sort(), ['FTP', 'SSH']);
    const ssh = guessed.find(({ facts }) => facts.protocol === 'SSH');
    assert.equal(ssh?.severity, 'critical', 'the kiosk finds the password');
    assert.ok(found.every(({ evidence }) => evidence.frames.length > 0));
  });

  it('an office hour, in which nothing is wrong but passwords in clear', async () => {
    const found = await findingsIn(join(samples, 'office-hour.pcapng'));
    assert.deepEqual(grave(found), []);
    assert.ok(rules(found).includes('clear-text-credentials'));
    assert.ok(!JSON.stringify(found).includes('password='));
  });

  it('of one direction: nothing is judged by answers that were not captured', async () => {
    for (const only of [0, 1]) {
      assert.deepEqual(grave(await findingsIn(join(samples, 'office-hour.pcapng'), {}, only)), []);
      const found = rules(grave(await findingsIn(join(samples, 'port-scan.pcapng'), {}, only)));
      assert.ok(!found.includes('brute-force'), found.join());
    }
  });

  it('findings that the caller silences are not told of', async () => {
    const told: string[] = [];
    const found = await findingsIn(join(samples, 'port-scan.pcapng'), {
      isSilenced: ({ rule, target }) => rule === 'port-scan' && target === '192.168.10.20',
      onFinding: ({ id }) => told.push(id),
    });
    assert.equal(found.filter(({ rule }) => rule === 'port-scan').length, 4);
    assert.ok(!told.includes('port-scan 192.168.10.66 192.168.10.20'));
  });
});

/** What a class of MANIFEST.tsv must be found as. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  address_sweep_slow: ['slow-scan'],
  arp_spoof: ['arp-spoof'],
  brute_force: ['brute-force'],
  dns_tunnel: ['dns-tunnel'],
  icmp_tunnel: ['icmp-tunnel'],
  port_scan: ['port-scan'],
  syn_flood: ['syn-flood'],
  udp_flood: ['dhcp-flood'],
  web_attack: ['web-attack'],
  negative_arp: [],
  negative_backscatter: [],
  negative_p2p: [],
};

/** Lies among the ordinary ones. */
const ATTACKS: Readonly<Record<string, string>> = { 'suricata__dcerpc_zerologon_input.pcap': 'zerologon' };

describe('captures of others', { skip: requireCaptures() }, () => {
  const folder = capturesFolder() ?? '';
  const attacks = join(folder, 'attacks');

  it('attacks are found and named, and nothing else is', async () => {
    const lines = readFileSync(join(attacks, 'MANIFEST.tsv'), 'utf8').trim().split('\n').slice(1);
    for (const [file, kind] of lines.map((line) => line.split('\t') as [string, string])) {
      if (!existsSync(join(attacks, file)) || !(kind in EXPECTED)) continue;
      assert.deepEqual(rules(grave(await findingsIn(join(attacks, file)))), EXPECTED[kind], file);
    }
  });

  it('ordinary traffic has no finding of medium or above', async () => {
    const files = readdirSync(folder).filter((file) => /\.(pcap|pcapng|snoop)(\.gz)?$/.test(file));
    for (const file of files) {
      // Not captures at all, or of a version that does not exist.
      const found = await findingsIn(join(folder, file)).catch(() => []);
      assert.deepEqual(
        grave(found).map(({ rule, summary }) => (ATTACKS[file] === rule ? rule : `${rule}: ${summary}`)),
        file in ATTACKS ? [ATTACKS[file]] : [],
        file,
      );
    }
  });
});
