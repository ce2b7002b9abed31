import { isGroup, spanText } from '../addresses.ts';
import { isServicePort } from '../ports.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const CLOSED_PORTS = 12;
const SILENT_PORTS = 60;
const WINDOW_S = 300;
/** Traceroute numbers its probes by port, from 33434 on. */
const isTraceroute = (port: number): boolean => port >= 33_434 && port < 34_000;

export const udpScan: Rule = {
  id: 'udp-scan',
  title: 'UDP port scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${CLOSED_PORTS} different UDP ports of one host answered with ICMP port unreachable, or ${SILENT_PORTS} unanswered ones, in ${WINDOW_S / 60} minutes`,
  source:
    'Snort udp_port_scan; hosts limit the rate of ICMP errors (Linux: one per second), so the limit must be low',
  exemptions:
    'Ports 33434 to 33999 (traceroute); hosts that answer on most ports (RTP, games); multicast; datagrams from a service port (responses in one-way captures).',
  advice: 'Identify the program on the source. Unless it is your own scanner, isolate the host.',
  watch(report) {
    const closed = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    const silent = new Bounded<{ ports: Recent; answered: number }>(KEYS_MAX, ({ ports }) => ports.size);

    function speak(client: string, server: string, time: number, ports: Recent, how: string): void {
      report({
        key: `${client} ${server}`,
        time,
        source: client,
        target: server,
        confidence: 0.9,
        summary: `${client} tried ${ports.size} UDP ports of ${server} within ${spanText(ports.last - ports.first)}, ${how}`,
        frames: ports.frames,
        streams: ports.streams,
        facts: { ports: ports.size },
      });
    }

    return {
      icmp({ message, quoted, time, frame }) {
        if (message !== 'port-unreachable' || quoted === null || isTraceroute(quoted.port)) return;
        const ports = closed.for(`${quoted.source} ${quoted.destination}`, () => new Recent(WINDOW_S));
        ports.add(String(quoted.port), time, frame);
        if (ports.size >= CLOSED_PORTS)
          speak(quoted.source, quoted.destination, time, ports, 'which were closed');
      },
      datagram({ step, client, clientPort, server, serverPort, time, frame, stream }) {
        if (isGroup(server) || isServicePort(clientPort) || isTraceroute(serverPort)) return;
        const known = silent.for(`${client} ${server}`, () => ({ ports: new Recent(WINDOW_S), answered: 0 }));
        if (step === 'answered') known.answered++;
        else known.ports.add(String(serverPort), time, frame, stream);
        if (known.ports.size >= SILENT_PORTS && known.answered * 4 < known.ports.size)
          speak(client, server, time, known.ports, 'most of which did not answer');
      },
    };
  },
};
