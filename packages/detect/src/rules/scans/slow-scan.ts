import { spanText } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { isServicePort, isWebPort } from '../ports.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const HOSTS = 8;
const WEB_HOSTS = 20;
const WINDOW_S = 4 * 3600;
/** Quicker ones are the business of the address scan. */
const SPAN_S = 300;

export const slowScan: Rule = {
  id: 'slow-scan',
  title: 'Slow address scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${HOSTS} different hosts on one port of a service in ${WINDOW_S / 3600} hours but not within ${SPAN_S / 60} minutes, none of which took the connection; ${WEB_HOSTS} on 80 and 443`,
  source:
    'bro-simple-scan keeps sources for 15 minutes after their last attempt and so meets sweeps of one host in ten minutes only on a darknet; the count is what its 445_scan capture shows',
  exemptions:
    'Sources of which any host took a connection on that port; hosts whose name was looked up before; ports no service is known for (P2P); answers without a question.',
  advice:
    'Look the source up; block it at the border, and see whether other sources of its network do the same.',
  watch(say) {
    const failed = new Bounded<{ hosts: Recent; hasSuccess: boolean }>(KEYS_MAX);
    return {
      outcome({ client, server, serverPort, time, frame, stream, result, isResolved }: OutcomeEvent) {
        if (isResolved || !isServicePort(serverPort)) return;
        const known = failed.for(`${client} ${serverPort}`, () => ({
          hosts: new Recent(WINDOW_S),
          hasSuccess: false,
        }));
        if (result === 'completed') known.hasSuccess = true;
        else known.hosts.add(server, time, frame, stream);
        const { size, first, last } = known.hosts;
        if (known.hasSuccess || last - first < SPAN_S) return;
        if (size < (isWebPort(serverPort) ? WEB_HOSTS : HOSTS)) return;
        say({
          key: `${client} ${serverPort}`,
          time,
          source: client,
          target: `port ${serverPort} of ${size} hosts`,
          confidence: 0.7,
          summary: `${client} tried port ${serverPort} of ${size} hosts within ${spanText(last - first)}; none took the connection`,
          frames: known.hosts.frames,
          streams: known.hosts.streams,
          facts: { port: serverPort, hosts: size },
        });
      },
    };
  },
};
