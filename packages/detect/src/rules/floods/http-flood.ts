import type { HttpEvent } from '../../events/events.ts';
import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule, Sighting } from '../rule.ts';
import { SERVICE_FLOOD } from '../techniques.ts';
import { CLIENTS_MAX, DISTINCT_MAX, Requests, SAME_SHARE } from './requests.ts';

const SPAN_S = 5;
/** In a span, from one client: over many connections, and whatever the connections. */
const REQUESTS = 400;
const CONNECTIONS = 20;
const DISTINCT_SHARE = 0.2;
const BURST = 2000;
/** Spans on end, where it is not as plain as that. */
const SPANS = 2;
/** Asked side by side, with a new query each time; one after the other it is a program that turns pages. */
const BUSTING_CONNECTIONS = 4;
const REFUSED_SHARE = 0.2;
/** In a span, from so many clients together, and from each on the average: once a second is no person, and no usual program. */
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
    `over fewer if ${SAME_SHARE * 100} of 100 read the same address or write the same to it (or one page with a made-up query each, over ${BUSTING_CONNECTIONS} connections), ${SPANS} times on end, ` +
    `or ${BURST} at once, or if the server turns ${REFUSED_SHARE * 100} of 100 away (429, 502 to 504); and ${CROWD_REQUESTS} from ${CROWD_CLIENTS} or more clients for one address, ` +
    `once a second and client, ${SPANS} times on end`,
  source:
    'ModSecurity and nginx limit_req are commonly set to 10 to 100 requests a second and client; ab and wrk, floods by keep-alive and by many sources, recorded',
  exemptions:
    'Browsers, mirrors and crawlers, which ask for each page once; programs that turn pages or write something new each time (POST) over connections they keep, as long as the server keeps up; clients that poll, even thousands, each now and then. A load test is one, too, and a busy reverse proxy, which asks for all its visitors, looks like one: silence them by their source.',
  advice: 'Limit requests by client at the server or in front of it, and block the source.',
  watch(say) {
    const byClient = new Bounded<Requests>(KEYS_MAX);
    const byServer = new Bounded<Requests>(KEYS_MAX);
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
          say({ ...sightingOf(event, own, what), key: `${client} ${target}`, source: client, confidence });
        } else if (isCrowd(all)) {
          const what = `${all.clients.size} clients sent ${target} ${all.total} requests for the same within ${SPAN_S} s`;
          say({
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

/** 0: it is none. */
function confidenceOf(own: Requests): number {
  if (own.total < REQUESTS) return 0;
  // If the page counter is saturated, the number of distinct pages is unknown.
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
    refusedShare >= REFUSED_SHARE ? `; ${Math.round(100 * refusedShare)} of 100 were turned away` : '';
  return {
    time,
    target: endpoint(server, serverPort),
    summary: what + refused,
    frames,
    streams: connections.size === 0 ? [stream] : [...connections].slice(0, 12),
    facts: { requests: total, connections: connections.size, clients: clients.size },
  };
}
