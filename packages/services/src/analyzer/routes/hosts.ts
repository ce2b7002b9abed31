// Routes for hosts: top talkers, new hosts, details of one, the communication map.
import { isIP } from 'node:net';
import type { StoredFlow } from '@eyrie/store';
import { Type } from '@sinclair/typebox';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { endpointRow, findingRow, flowRow, hostRow, nameRow } from '../rows.ts';
import { ConnectionMap, HostDetail, Hosts, HostsQuery, MapQuery, PAGE_ROWS } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { selectionOf } from '../terms.ts';
import { answers } from './answers.ts';

/** Addresses that the store returns at most, the largest first. */
const ENDPOINTS_MAX = 10_000;
/** Lines of each list in a host's details. */
const LINES_MAX = 50;
/** Flows of a host, the largest, from which its ports and fingerprints are counted. */
const FLOWS_MAX = 2000;
const HOSTS_ON_MAP = 100;

const ByAddress = Type.Object({ address: Type.String({ maxLength: 64 }) }, { additionalProperties: false });
const ETHERNET = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

export function addHostRoutes(app: Server, context: Context): void {
  addHostList(app, context);
  addHostDetail(app, context);
  addMap(app, context);
}

function addHostList(app: Server, { store }: Context): void {
  app.get(
    '/hosts',
    {
      schema: {
        ...answers('hosts', 'Addresses with names and times: top talkers, new hosts', Hosts),
        querystring: HostsQuery,
      },
    },
    async ({ query }) => {
      const { sort = 'bytes', limit = PAGE_ROWS, ...terms } = query;
      const isTime = sort === 'first' || sort === 'last';
      const { items, exact } = await store.endpoints({
        ...selectionOf(terms),
        ...(isTime ? { limit: ENDPOINTS_MAX } : { order: sort, limit }),
      });
      const rows = items.map(hostRow);
      if (isTime) rows.sort((a, b) => Number(b[sort]) - Number(a[sort]));
      return { items: rows.slice(0, limit), is_exact: exact };
    },
  );
}

function addHostDetail(app: Server, { store }: Context): void {
  app.get(
    '/hosts/:address',
    { schema: { ...answers('hosts', 'One host: names, traffic, findings', HostDetail), params: ByAddress } },
    async ({ params }) => {
      const { address } = params;
      if (isIP(address) === 0 && !ETHERNET.test(address))
        throw new ApiError('bad_value', `"${address}" is not an address: IPv4, IPv6 or Ethernet`);
      const wanted = { address };
      const [endpoints, names, protocols, flows, findings] = await Promise.all([
        store.endpoints({ ...wanted, limit: LINES_MAX + 1 }),
        store.names({ ...wanted, limit: LINES_MAX }),
        store.protocolSummary(wanted),
        isIP(address) === 0 ? [] : store.flows({ ...wanted, limit: FLOWS_MAX }).then(({ items }) => items),
        store.findings({ ...wanted, limit: LINES_MAX }),
      ]);
      // The answer also has the host's partners, with the packets and bytes exchanged with it.
      const host = endpoints.items.find((each) => sameAddress(each.address, address));
      if (host === undefined) throw new ApiError('no_such_host', `no packet is from or to ${address}`);
      const peers = endpoints.items.filter((each) => each !== host);
      return {
        host: hostRow(host),
        names: names.items.map(nameRow),
        protocols: protocols.items.slice(0, LINES_MAX).map((each) => ({ ...each })),
        ports: servedPorts(flows, host.address).slice(0, LINES_MAX),
        peers: peers.map((each) => {
          const { packets, bytes } = endpointRow(each);
          return { address: each.address, name: each.names[0] ?? null, packets, bytes };
        }),
        fingerprints: fingerprints(flows).slice(0, LINES_MAX),
        flows: flows.slice(0, LINES_MAX).map(flowRow),
        findings: findings.items.map(findingRow),
      };
    },
  );
}

function addMap(app: Server, { store }: Context): void {
  app.get(
    '/map',
    {
      schema: {
        ...answers('hosts', 'Connection map: hosts, and the traffic between them', ConnectionMap),
        querystring: MapQuery,
      },
    },
    async ({ query }) => {
      const { hosts: most = HOSTS_ON_MAP, ...terms } = query;
      const selection = selectionOf(terms);
      const [endpoints, conversations] = await Promise.all([
        store.endpoints({ ...selection, limit: ENDPOINTS_MAX }),
        store.conversations({ ...selection, limit: ENDPOINTS_MAX }),
      ]);
      const shown = endpoints.items.slice(0, most);
      const places = new Map(shown.map(({ address }, i) => [address, i]));
      const links = conversations.items.flatMap((each) => {
        const [a, b] = [places.get(each.a), places.get(each.b)];
        if (a === undefined || b === undefined || a === b) return [];
        return [{ a, b, packets: each.packetsToA + each.packetsToB, bytes: each.bytesToA + each.bytesToB }];
      });
      return {
        hosts: shown.map((each) => {
          const { address, packets, bytes } = endpointRow(each);
          return { address, name: each.names[0] ?? null, packets, bytes };
        }),
        links,
        hosts_left_out: endpoints.items.length - shown.length,
        is_exact: endpoints.exact,
      };
    },
  );
}

/** Compares addresses; IPv6 has many notations. */
function sameAddress(stored: string, asked: string): boolean {
  if (stored === asked.toLowerCase()) return true;
  return isIP(asked) === 6 && isIP(stored) === 6 && canonical(stored) === canonical(asked);
}

function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname;
}

function servedPorts(flows: readonly StoredFlow[], address: string) {
  const ports = new Map<string, HostDetail['ports'][number]>();
  for (const { transport, server, toServer, toClient, applications } of flows) {
    if (server.address !== address) continue;
    const key = `${transport} ${server.port}`;
    const known = ports.get(key) ?? {
      transport,
      port: server.port,
      flows: 0,
      packets: 0,
      bytes: 0,
      applications: [],
    };
    known.flows++;
    known.packets += toServer.packets + toClient.packets;
    known.bytes += toServer.bytes + toClient.bytes;
    known.applications = [...new Set([...known.applications, ...applications])];
    ports.set(key, known);
  }
  return [...ports.values()].sort((a, b) => b.bytes - a.bytes);
}

function fingerprints(flows: readonly StoredFlow[]) {
  const found = new Map<string, HostDetail['fingerprints'][number]>();
  for (const flow of flows) {
    for (const [field, value] of Object.entries(flow.fingerprints)) {
      const key = `${field} ${value}`;
      const known = found.get(key) ?? { field, value, flows: 0 };
      known.flows++;
      found.set(key, known);
    }
  }
  return [...found.values()].sort((a, b) => b.flows - a.flows);
}
