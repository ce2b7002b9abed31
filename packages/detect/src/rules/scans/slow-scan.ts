import { spanText } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { isServicePort, isWebPort } from '../ports.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const HOSTS = 8;
const WEB_HOSTS = 20;
const WINDOW_S = 4 * 3600;
/** Faster scans are reported by the address scan. */
const SPAN_S = 300;

export const slowScan: Rule = {
  id: 'slow-scan',
  title: 'Slow address scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${HOSTS} different hosts on one port of a service in ${WINDOW_S / 3600} hours but not within ${SPAN_S / 60} minutes, none of which accepted the connection; ${WEB_HOSTS} on 80 and 443`,
  source:
    'bro-simple-scan forgets sources 15 minutes after their last attempt, and so detects sweeps of one host per ten minutes only on a darknet; the count is that of its 445_scan capture',
  exemptions:
    'Sources from which any host accepted a connection on that port in that time; hosts whose name was resolved before; ports of no known service (P2P); responses without a request.',
  advice:
    'Look up the source and block it at the border; check whether other sources of its network do the same.',
  watch(report) {
    const failed = new Bounded<{ hosts: Recent; successAt: number }>(KEYS_MAX, ({ hosts }) => hosts.size);
    return {
      outcome({ client, server, serverPort, time, frame, stream, result, isResolved }: OutcomeEvent) {
        if (isResolved || !isServicePort(serverPort)) return;
        const known = failed.for(`${client} ${serverPort}`, () => ({
          hosts: new Recent(WINDOW_S),
          successAt: -Infinity,
        }));
        if (result === 'completed') known.successAt = time;
        else known.hosts.add(server, time, frame, stream);
        const { size, first, last } = known.hosts;
        if (Math.abs(time - known.successAt) <= WINDOW_S || last - first < SPAN_S) return;
        if (size < (isWebPort(serverPort) ? WEB_HOSTS : HOSTS)) return;
        report({
          key: `${client} ${serverPort}`,
          time,
          source: client,
          target: `port ${serverPort} of ${size} hosts`,
          confidence: 0.7,
          summary: `${client} tried port ${serverPort} of ${size} hosts within ${spanText(last - first)}; none accepted the connection`,
          frames: known.hosts.frames,
          streams: known.hosts.streams,
          facts: { port: serverPort, hosts: size },
        });
      },
    };
  },
};
