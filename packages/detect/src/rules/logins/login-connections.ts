import type { FlowRecord } from '../../events/events.ts';
import { endpoint, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_GUESSING } from '../techniques.ts';

const CONNECTIONS = 30;
const WINDOW_S = 300;
const LENGTH_S = 15;
const BYTES_MAX = 20_000;

/** Services whose logins are encrypted and whose sessions last: a row of short ones is a row of failures. */
const SERVICES: Readonly<Record<number, string>> = {
  3389: 'RDP',
  5900: 'VNC',
  5901: 'VNC',
  1723: 'PPTP',
  8291: 'WinBox',
};

function isShort(flow: FlowRecord): boolean {
  const bytes = flow.toServer.bytes + flow.toClient.bytes;
  const isOpened =
    flow.tcp !== null && !['unanswered', 'refused', 'half-open', 'midstream'].includes(flow.tcp.state);
  return isOpened && flow.end - flow.start < LENGTH_S && bytes < BYTES_MAX && flow.toServer.packets > 3;
}

export const loginConnections: Rule = {
  id: 'login-connections',
  title: 'Brute force of remote desktops (many short sessions)',
  severity: 'high',
  technique: PASSWORD_GUESSING,
  threshold: `${CONNECTIONS} sessions of RDP, VNC, PPTP or WinBox from one client to one server in ${WINDOW_S / 60} minutes, each shorter than ${LENGTH_S} s and ${BYTES_MAX / 1000} kB`,
  source:
    'An interactive session lasts and transfers a screen; ncrack and hydra open one for each few passwords',
  exemptions:
    'Connections that were not taken (scans); load balancers that look whether the port is open and send nothing.',
  advice: 'Block the source; put remote desktops behind a VPN or gateway with a second factor.',
  watch(report) {
    const sessions = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      flow({ flow }) {
        const protocol = SERVICES[flow.server.port];
        if (protocol === undefined || !isShort(flow)) return;
        const key = `${flow.client.address} ${flow.server.address} ${flow.server.port}`;
        const known = sessions.for(key, () => new Recent(WINDOW_S));
        known.add(String(flow.stream), flow.start, 0, flow.stream);
        if (known.size < CONNECTIONS) return;
        const target = endpoint(flow.server.address, flow.server.port);
        report({
          key,
          time: flow.end,
          source: flow.client.address,
          target,
          confidence: 0.7,
          summary: `${flow.client.address} opened ${known.size} short ${protocol} sessions with ${target} within ${spanText(known.last - known.first)}`,
          streams: known.streams,
          facts: { protocol, sessions: known.size },
        });
      },
    };
  },
};
