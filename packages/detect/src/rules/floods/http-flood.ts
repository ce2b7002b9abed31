import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_FLOOD } from '../techniques.ts';

const REQUESTS = 500;
const CONNECTIONS = 20;
const WINDOW_S = 5;
const DISTINCT_SHARE = 0.2;

interface Window {
  since: number;
  requests: number;
  readonly streams: Set<number>;
  readonly pages: Set<string>;
  readonly frames: number[];
}

export const httpFlood: Rule = {
  id: 'http-flood',
  title: 'HTTP flood',
  severity: 'high',
  technique: SERVICE_FLOOD,
  threshold: `${REQUESTS} requests within ${WINDOW_S} s from one client to one server, over ${CONNECTIONS} or more connections, for few different pages or with a made-up query each`,
  source: 'ModSecurity and nginx limit_req are commonly set to 10 to 100 requests a second and client',
  exemptions:
    'Many requests on a few connections (pipelining, HTTP clients of programs); mirrors and crawlers, which ask for each page once.',
  advice: 'Limit requests by client at the server or in front of it, and block the source.',
  watch(say) {
    const windows = new Bounded<Window>(KEYS_MAX);
    return {
      http({ step, client, server, serverPort, uri, time, frame, stream }) {
        if (step !== 'request') return;
        const make = (): Window => ({
          since: time,
          requests: 0,
          streams: new Set(),
          pages: new Set(),
          frames: [],
        });
        const key = `${client} ${server} ${serverPort}`;
        let known = windows.for(key, make);
        if (Math.abs(time - known.since) > WINDOW_S) {
          known = make();
          windows.set(key, known);
        }
        known.requests++;
        if (known.streams.size < REQUESTS) known.streams.add(stream);
        if (known.pages.size < REQUESTS) known.pages.add(uri.split('?')[0]!);
        if (known.frames.length < 12) known.frames.push(frame);
        if (known.requests < REQUESTS || known.streams.size < CONNECTIONS) return;
        if (known.pages.size > DISTINCT_SHARE * known.requests) return;
        say({
          key,
          time,
          source: client,
          target: endpoint(server, serverPort),
          confidence: 0.8,
          summary: `${client} sent ${endpoint(server, serverPort)} ${known.requests} requests within ${WINDOW_S} s over ${known.streams.size} connections`,
          frames: known.frames,
          streams: [...known.streams].slice(0, 12),
          facts: { requests: known.requests, connections: known.streams.size },
        });
      },
    };
  },
};
