// Determines the ports that others must reach: of configured services, peers on this machine, and running processes.
import { isIP } from 'node:net';
import { FINDING_PORT } from '@eyrie/mesh/lan';
import type { Config } from '../config/index.ts';
import type { Rule } from './rules.ts';

/** A peer of this machine, from its settings.json. */
export interface LocalPeer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** A listening socket of an Eyrie process. */
export interface Listening {
  readonly service: string;
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

const SERVICES = ['ui', 'analyzer', 'parser', 'persistor'] as const;

/** Rules sorted by port; one per port, for the first service that uses it. */
export function usedPorts(
  config: Config,
  peers: readonly LocalPeer[],
  running: readonly Listening[],
  from: readonly string[] = [],
): Rule[] {
  const all: Listening[] = [
    ...SERVICES.map((service) => ({
      ...{ service, protocol: 'tcp' as const },
      ...{ address: config[service].host, port: config[service].port },
    })),
    ...mqttBroker(config),
    ...peers.map(({ id, host, port }) => ({
      service: `peer ${id}`,
      protocol: 'tcp' as const,
      ...{ address: host, port },
    })),
    ...lanFinding(peers),
    ...running,
  ];
  const rules = new Map<string, Rule>();
  for (const { service, protocol, address, port } of all) {
    // Port 0 is chosen at start-up: only the running service shows it.
    if (port === 0 || isLoopback(address)) continue;
    const key = `${protocol}/${port}`;
    if (!rules.has(key)) rules.set(key, { service: plainName(service), protocol, port, from });
  }
  return [...rules.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}

/** Peers without links discover others by multicast, on one port that all peers of a host share. */
function lanFinding(peers: readonly LocalPeer[]): Listening[] {
  const isAsked = peers.some(({ host }) => !isLoopback(host));
  const place = { address: '0.0.0.0', port: FINDING_PORT };
  return isAsked ? [{ service: 'finding peers', protocol: 'udp', ...place }] : [];
}

/** Port of MQTT over TLS (IANA: secure-mqtt); a broker on loopback needs no rule. */
const MQTTS_PORT = 8883;

/** The broker's port, if peers run a broker of their own. */
function mqttBroker({ mqtt: { on, url, host, port } }: Config): Listening[] {
  if (!on || url !== '') return [];
  return [{ service: 'mqtt', protocol: 'tcp', address: host, port: port === 0 ? MQTTS_PORT : port }];
}

export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address.toLowerCase().startsWith('::ffff:127.');
}

/** Reduces a name to characters that every firewall accepts in comments. */
function plainName(service: string): string {
  return service.replaceAll(/[^\w .-]/g, '-').slice(0, 48);
}
