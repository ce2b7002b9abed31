import type { HttpEvent } from '../../events/events.ts';
import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule, Sighting } from '../rule.ts';
import { SERVICE_FLOOD } from '../techniques.ts';
import { CLIENTS_MAX, DISTINCT_MAX, Requests, SAME_SHARE } from './requests.ts';

const SPAN_S = 5;
/** Requests of one client in a span: with many connections, and with any number of them. */
const REQUESTS = 400;
const CONNECTIONS = 20;
const DISTINCT_SHARE = 0.2;
const BURST = 2000;
/** Consecutive spans required of the weaker patterns. */
const SPANS = 2;
/** Concurrent connections with a new query in each request; over a single one a program pages through results. */
const BUSTING_CONNECTIONS = 4;
const REFUSED_SHARE = 0.2;
/** In a span: requests of all clients, their number, and requests per client on average: one per second, more than people send. */
const CROWD_REQUESTS = 400;
const CROWD_CLIENTS = 20;
const CROWD_EACH = SPAN_S;

export const httpFlood: Rule = {
  id: 'http-flood',
  title: 'HTTP flood',
  severity: 'high',
  technique: SERVICE_FLOOD,
  threshold:
    `${REQUESTS} requests within ${SPAN_S} s from one client to one server for few different pages, over ${CONNECTIONS} or more connections; ` +
    `over fewer if ${SAME_SHARE * 100} % read the same URL or write the same to it (or read one page with a new query each, over ${BUSTING_CONNECTIONS} connections) in ${SPANS} consecutive spans, ` +
    `or ${BURST} in one span, or if the server rejects ${REFUSED_SHARE * 100} % (429, 502 to 504); and ${CROWD_REQUESTS} from ${CROWD_CLIENTS} or more clients for one URL, ` +
    `one per second and client, in ${SPANS} consecutive spans`,
  source:
    'ModSecurity and nginx limit_req are commonly set to 10 to 100 requests per second and client; captures of ab, wrk, and floods with keep-alive or from many sources',
  exemptions:
    'Browsers, mirrors and crawlers, which request each page once; programs that page through results or write something new each time (POST) over persistent connections, as long as the server keeps up; clients that poll at intervals, even thousands of them. Load tests and busy reverse proxies, which forward the requests of all their clients, match: silence them by their source.',
  advice: 'Limit the rate of requests per client at the server or in front of it, and block the source.',
  watch(report) {
    const byClient = new Bounded<Requests>(KEYS_MAX, ({ items }) => items);
    const byServer = new Bounded<Requests>(KEYS_MAX, ({ items }) => items);
    const make = (): Requests => new Requests(SPAN_S);
    return {
      http(event) {
        const { client, server, serverPort } = event;
        const target = endpoint(server, serverPort);
        const own = byClient.for(`${client} ${target}`, make);
        own.add(event);
        const all = byServer.for(target, make);
        all.add(event);
        const confidence = confidenceOf(own);
        if (confidence > 0) {
          const what = `${client} sent ${target} ${own.total} requests within ${SPAN_S} s over ${own.connections.size} connection${own.connections.size === 1 ? '' : 's'}`;
          report({ ...sightingOf(event, own, what), key: `${client} ${target}`, source: client, confidence });
        } else if (isCrowd(all)) {
          const what = `${all.clients.size} clients sent ${target} ${all.total} requests for the same URL within ${SPAN_S} s`;
          report({
            ...sightingOf(event, all, what),
            key: target,
            source: `${all.clients.size} clients`,
            confidence: 0.6,
          });
        }
      },
    };
  },
};

/** 0 if it is no flood. */
function confidenceOf(own: Requests): number {
  if (own.total < REQUESTS) return 0;
  // With a saturated tally the number of distinct pages is unknown.
  const isFew = own.pages.size < DISTINCT_MAX && own.pages.size <= DISTINCT_SHARE * own.total;
  if (isFew && own.connections.size >= CONNECTIONS && !own.isPool) return 0.8;
  if (isFew && own.refusedShare >= REFUSED_SHARE) return 0.8;
  const isBusting = own.bustsCaches && own.connections.size >= BUSTING_CONNECTIONS;
  if (!isBusting && own.sameShare < SAME_SHARE) return 0;
  const spans = own.mark();
  return own.total >= BURST ? 0.8 : spans >= SPANS ? 0.7 : 0;
}

function isCrowd(all: Requests): boolean {
  const clients = all.clients.size;
  if (all.total < CROWD_REQUESTS || clients < CROWD_CLIENTS || clients >= CLIENTS_MAX) return false;
  if (all.total < CROWD_EACH * clients) return false;
  if (all.sameShare < SAME_SHARE && !all.bustsCaches) return false;
  return all.mark() >= SPANS;
}

function sightingOf(
  { time, server, serverPort, stream }: HttpEvent,
  { frames, connections, clients, total, refusedShare }: Requests,
  what: string,
): Omit<Sighting, 'key' | 'source' | 'confidence'> {
  const refused =
    refusedShare >= REFUSED_SHARE ? `; the server rejected ${Math.round(100 * refusedShare)} %` : '';
  return {
    time,
    target: endpoint(server, serverPort),
    summary: what + refused,
    frames,
    streams: connections.size === 0 ? [stream] : [...connections].slice(0, 12),
    facts: { requests: total, connections: connections.size, clients: clients.size },
  };
}
