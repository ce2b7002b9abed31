// Which ports others must reach: of services that listen beyond this machine, of the peers that live here, and of what runs.
import { isIP } from 'node:net';
import { FINDING_PORT } from '@eyrie/mesh/lan';
import type { Config } from '../config/index.ts';
import type { Rule } from './rules.ts';

/** A peer that lives on this machine, as its settings.json has it. */
export interface LocalPeer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** A socket that a process of Eyrie listens with. */
export interface Listening {
  readonly service: string;
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

const SERVICES = ['ui', 'analyzer', 'parser', 'persistor'] as const;

/** In order of ports; one rule for a port, whoever uses it first. */
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
    // Port 0 is chosen when the service starts: then it is seen running.
    if (port === 0 || isLoopback(address)) continue;
    const key = `${protocol}/${port}`;
    if (!rules.has(key)) rules.set(key, { service: plainName(service), protocol, port, from });
  }
  return [...rules.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}

/** Peers that have no link ask for others by multicast, and all peers of a host hear it with one port. */
function lanFinding(peers: readonly LocalPeer[]): Listening[] {
  const isAsked = peers.some(({ host }) => !isLoopback(host));
  const place = { address: '0.0.0.0', port: FINDING_PORT };
  return isAsked ? [{ service: 'finding peers', protocol: 'udp', ...place }] : [];
}

/** MQTT 3.1.1 over TLS has port 8883; a broker on loopback needs no rule. */
const MQTTS_PORT = 8883;

/** Only where peers run a broker of their own. */
function mqttBroker({ mqtt: { on, url, host, port } }: Config): Listening[] {
  if (!on || url !== '') return [];
  return [{ service: 'mqtt', protocol: 'tcp', address: host, port: port === 0 ? MQTTS_PORT : port }];
}

export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address.toLowerCase().startsWith('::ffff:127.');
}

/** Fit for comments of every firewall. */
function plainName(service: string): string {
  return service.replaceAll(/[^\w .-]/g, '-').slice(0, 48);
}
