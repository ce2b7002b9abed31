import { isGroup } from '../addresses.ts';
import { isServicePort } from '../ports.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { REFLECTION } from '../techniques.ts';

const SOURCES = 20;
const WINDOW_S = 10;
const BYTES_MEAN = 400;
const DNS_BYTES_MEAN = 1000;
const DNS = 53;

/** Services usable for amplification: a large response to a small request with a spoofed source (CISA TA14-017A). */
const AMPLIFIERS: Readonly<Record<number, string>> = {
  17: 'QOTD',
  19: 'chargen',
  [DNS]: 'DNS',
  111: 'portmap',
  123: 'NTP',
  137: 'NetBIOS',
  161: 'SNMP',
  389: 'CLDAP',
  1900: 'SSDP',
  3702: 'WS-Discovery',
  5353: 'mDNS',
  11211: 'memcached',
};

export const reflection: Rule = {
  id: 'reflection',
  title: 'Reflected UDP flood (amplification)',
  severity: 'high',
  technique: REFLECTION,
  threshold: `unsolicited responses from ${SOURCES} servers of one amplifying service to a host within ${WINDOW_S} s, of ${BYTES_MEAN} bytes on average (DNS: ${DNS_BYTES_MEAN})`,
  source: 'CISA TA14-017A lists the services; RFC 5358 describes the attack',
  exemptions:
    'Hosts that sent requests; ordinary DNS answers in one-way captures, which are shorter; multicast discovery.',
  advice:
    "Ask the provider to filter the service's source port for the target; the sources are victims themselves.",
  watch(report) {
    const floods = new Bounded<{ sources: Recent; bytes: number; packets: number }>(
      KEYS_MAX,
      ({ sources }) => sources.size,
    );
    return {
      datagram({ step, client, clientPort, server, serverPort, bytes, time, frame, stream }) {
        const name = AMPLIFIERS[clientPort];
        if (step !== 'asked' || name === undefined || isServicePort(serverPort) || isGroup(server)) return;
        const known = floods.for(`${server} ${clientPort}`, () => ({
          sources: new Recent(WINDOW_S),
          bytes: 0,
          packets: 0,
        }));
        known.sources.add(client, time, frame, stream);
        known.bytes += bytes;
        known.packets++;
        const mean = known.bytes / known.packets;
        if (known.sources.size < SOURCES || mean < (clientPort === DNS ? DNS_BYTES_MEAN : BYTES_MEAN)) return;
        report({
          key: `${server} ${clientPort}`,
          time,
          source: `${known.sources.size} ${name} servers`,
          target: server,
          confidence: 0.85,
          summary: `${known.sources.size} ${name} servers sent ${server} unsolicited responses of ${Math.round(mean)} bytes on average`,
          frames: known.sources.frames,
          streams: known.sources.streams,
          facts: { service: name, sources: known.sources.size },
        });
      },
    };
  },
};
