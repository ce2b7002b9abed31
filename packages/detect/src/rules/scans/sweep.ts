import { isLocal, spanText } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { isServicePort, isWebPort } from '../ports.ts';
import { Bounded, KEYS_MAX, Lately, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const HOSTS = 25;
const WINDOW_S = 300;
/** P2P programs try many hosts that left, each on a port of its own choice. */
const OTHER_PORT_HOSTS = 60;
/** From inside, P2P programs also try 80 and 443, which firewalls allow. */
const WEB_HOSTS = 60;
/** Hosts that answer for each one that does not; above it, it is an ordinary program. */
const SUCCESS_SHARE = 0.3;

export const sweep: Rule = {
  id: 'address-scan',
  title: 'Address scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${HOSTS} different hosts that do not answer or refuse on one port, in ${WINDOW_S / 60} minutes; ${OTHER_PORT_HOSTS} on a port of no known service, and on 80 and 443 from inside to outside`,
  source: 'Zeek scan.zeek (addr_scan_threshold 25 in 5 minutes), which counts unique failed connections',
  exemptions:
    'Hosts whose name was resolved before; sources with more than three successes on that port per ten failures; responses without a request (backscatter). On other than service ports outside the local network severity is low.',
  advice:
    'Identify the program on the source. Unless it is your own scanner, isolate the host, and check the hosts that answered.',
  watch(report) {
    const failed = new Bounded<{ hosts: Recent; answered: Lately<string> }>(
      KEYS_MAX,
      ({ hosts, answered }) => hosts.size + answered.size,
    );
    return {
      outcome(event: OutcomeEvent) {
        const { client, server, serverPort, time, frame, stream, result, isResolved } = event;
        if (isResolved) return;
        const known = failed.for(`${client} ${serverPort}`, () => ({
          hosts: new Recent(WINDOW_S),
          answered: new Lately(WINDOW_S),
        }));
        if (result === 'completed') {
          known.answered.add(server, time);
          return;
        }
        known.hosts.add(server, time, frame, stream);
        const { size, first, last } = known.hosts;
        const isService = isServicePort(serverPort);
        const isOutward = isWebPort(serverPort) && isLocal(client) && !isLocal(server);
        if (size < (isOutward ? WEB_HOSTS : isService ? HOSTS : OTHER_PORT_HOSTS)) return;
        if (known.answered.sizeAt(time) > SUCCESS_SHARE * size) return;
        report({
          key: `${client} ${serverPort}`,
          time,
          source: client,
          target: `port ${serverPort} of ${size} hosts`,
          severity: isService || isLocal(server) ? 'medium' : 'low',
          confidence: isService ? 0.9 : 0.5,
          summary: `${client} tried port ${serverPort} of ${size} hosts within ${spanText(last - first)} without a connection`,
          frames: known.hosts.frames,
          streams: known.hosts.streams,
          facts: { port: serverPort, hosts: size },
        });
      },
    };
  },
};
