import { endpoint, isGroup } from '../addresses.ts';
import { isServicePort } from '../ports.ts';
import { Bounded, KEYS_MAX, Rate } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { DIRECT_FLOOD } from '../techniques.ts';

const NEW_PER_SECOND = 200;
const PACKETS_PER_SECOND = 2000;
/** A lower threshold if the host returns port unreachable: a sender that ignores it does not expect a response. */
const REFUSED_PER_SECOND = 100;
const ANSWERED_SHARE = 0.02;
const SECONDS = 2;

export const udpFlood: Rule = {
  id: 'udp-flood',
  title: 'UDP flood',
  severity: 'high',
  technique: DIRECT_FLOOD,
  threshold: `${NEW_PER_SECOND} new UDP conversations a second with one host, of which fewer than half were answered; or ${PACKETS_PER_SECOND} packets a second in one conversation, ${SECONDS} s on end, with fewer than ${ANSWERED_SHARE * 100} answers in 100 (${REFUSED_PER_SECOND} where the port is unreachable)`,
  source:
    'Snort and Suricata rate filters for UDP stand at some hundred a second; QUIC and VPN carry more, but are answered',
  exemptions:
    'Multicast and broadcast (video, discovery); streams whose receiver answers (QUIC, VPN, games); DNS servers, whose questions are answered.',
  advice:
    'Drop the sources upstream of the target, or limit the rate of UDP to it; look whether the source is a bot of your own.',
  watch(report) {
    const opened = new Bounded<{ rate: Rate; answered: Rate; sources: Set<string> }>(
      KEYS_MAX,
      ({ sources }) => sources.size,
    );
    const busy = new Bounded<Rate>(KEYS_MAX);
    const refused = new Bounded<true>(KEYS_MAX);
    return {
      datagram({ step, client, clientPort, server, time, frame, stream }) {
        if (isGroup(server) || isServicePort(clientPort)) return;
        const known = opened.for(server, () => ({
          rate: new Rate(),
          answered: new Rate(),
          sources: new Set(),
        }));
        if (step === 'answered') {
          known.answered.add(time, Infinity, 0);
          return;
        }
        if (known.rate.second !== Math.floor(time)) known.sources.clear();
        if (known.sources.size < 1000) known.sources.add(client);
        known.rate.add(time, NEW_PER_SECOND, frame, stream);
        const answered = known.answered.second === known.rate.second ? known.answered.count : 0;
        if (known.rate.count < NEW_PER_SECOND || answered * 2 >= known.rate.count) return;
        const from = known.sources.size === 1 ? client : `${known.sources.size} sources`;
        report({
          key: `${server} new`,
          time,
          source: from,
          target: server,
          confidence: 0.85,
          summary: `${from} began ${known.rate.peak} UDP conversations with ${server} in one second; ${answered} were answered`,
          frames: known.rate.frames,
          streams: known.rate.streams,
          facts: { perSecond: known.rate.peak, sources: known.sources.size },
        });
      },
      icmp({ message, quoted }) {
        if (message === 'port-unreachable' && quoted !== null)
          refused.for(`${quoted.destination} ${quoted.port}`, () => true);
      },
      volume({ client, server, serverPort, time, frame, stream, packetsToServer, packetsToClient }) {
        if (isGroup(server)) return;
        const isRefused = refused.get(`${server} ${serverPort}`) !== undefined;
        const limit = isRefused ? REFUSED_PER_SECOND : PACKETS_PER_SECOND;
        if (packetsToServer < limit) return;
        if (packetsToClient > ANSWERED_SHARE * packetsToServer) return;
        const rate = busy.for(String(stream), () => new Rate());
        rate.add(time, limit, frame, stream, packetsToServer);
        if (rate.streak < SECONDS) return;
        report({
          key: `${client} ${server}`,
          time,
          source: client,
          target: endpoint(server, serverPort),
          confidence: isRefused ? 0.9 : 0.7,
          summary: `${client} sent ${endpoint(server, serverPort)} ${rate.peak} UDP packets in one second, unanswered`,
          frames: rate.frames,
          streams: [stream],
          facts: { perSecond: rate.peak },
        });
      },
    };
  },
};
