import { endpoint, isGroup, isLocal, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { WEB_CHANNEL } from '../techniques.ts';
import { beaconScore } from './beacon-score.ts';

const CONNECTIONS = 12;
const SPAN_S = 300;
const SCORE = 0.8;
/** Higher within the network, where polling is common. */
const LOCAL_SCORE = 0.9;
/** Thresholds for medium severity. */
const SURE = { connections: 24, spanS: 3600, score: 0.95 };
const KEPT = 2000;

/** Services whose clients are periodic by design. */
const PERIODIC = new Set([
  53, 67, 68, 123, 137, 138, 161, 162, 319, 320, 514, 546, 547, 1900, 4460, 5353, 5355,
]);

export const beacon: Rule = {
  id: 'beacon',
  title: 'Beacon',
  severity: 'low',
  technique: WEB_CHANNEL,
  threshold: `${CONNECTIONS} connections to one port of a host over at least ${SPAN_S / 60} minutes, with a beacon score of ${SCORE} (local hosts: ${LOCAL_SCORE}); medium from ${SURE.score} on, with ${SURE.connections} connections in an hour or more, to a host outside the network, without a server name`,
  source:
    'RITA: regularity of intervals and amounts, duration and evenness; its bins are the hours of a day, here 24 equal parts of the observation time',
  exemptions:
    'NTP, DNS, DHCP, SNMP, syslog and discovery, which are periodic by design; connections that failed.',
  advice:
    'Identify the server and the program that connects: updaters and monitoring poll, too, not only implants.',
  watch(report) {
    const pairs = new Bounded<{
      times: number[];
      amounts: number[];
      streams: number[];
      seen: Set<number>;
      next: number;
    }>(KEYS_MAX, ({ times }) => times.length);
    return {
      flow({ flow }) {
        const { client, server, toServer, toClient, start, tcp, serverName } = flow;
        if (PERIODIC.has(server.port) || PERIODIC.has(client.port)) return;
        if (isGroup(server.address) || toServer.packets === 0 || toClient.packets === 0) return;
        if (tcp !== null && (tcp.state === 'refused' || tcp.state === 'midstream')) return;
        const known = pairs.for(`${client.address} ${server.address} ${server.port}`, () => ({
          times: [],
          amounts: [],
          streams: [],
          seen: new Set(),
          next: CONNECTIONS,
        }));
        if (known.times.length >= KEPT) return;
        if (known.seen.has(flow.stream)) return;
        known.seen.add(flow.stream);
        known.times.push(start);
        known.amounts.push(toServer.bytes);
        if (known.streams.length < 12) known.streams.push(flow.stream);
        // Scored each time the number grew by half: sorting at every connection would take quadratic time.
        if (known.times.length < known.next) return;
        known.next = Math.ceil(known.next * 1.5);
        const order = [...known.times].sort((a, b) => a - b);
        const span = order.at(-1)! - order[0]!;
        const found = span < SPAN_S ? null : beaconScore(order, known.amounts);
        if (found === null || found.score < (isLocal(server.address) ? LOCAL_SCORE : SCORE)) return;
        const isSure =
          found.score >= SURE.score &&
          order.length >= SURE.connections &&
          span >= SURE.spanS &&
          !isLocal(server.address);
        const target = endpoint(server.address, server.port);
        report({
          key: `${client.address} ${target}`,
          time: flow.end,
          source: client.address,
          target,
          severity: isSure && serverName === null ? 'medium' : 'low',
          confidence: found.score * 0.8,
          summary: `${client.address} connected ${order.length} times to ${target}${serverName === null ? '' : ` (${serverName})`} within ${spanText(span)}, regularly (score ${found.score.toFixed(2)})`,
          streams: known.streams,
          facts: { connections: order.length, score: Number(found.score.toFixed(3)) },
        });
      },
    };
  },
};
