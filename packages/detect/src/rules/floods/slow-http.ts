import { endpoint } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_FLOOD } from '../techniques.ts';

const CONNECTIONS = 50;
const PATIENCE_S = 10;
const MEMORY_S = 120;
const STREAMS_MAX = 2000;

/** Ports without TLS, which would hide whether a request is complete. */
const PORTS = new Set([80, 81, 8000, 8008, 8080, 8081, 8888]);

interface Visitor {
  readonly client: string;
  readonly target: string;
  /** Connections without a response so far, with the time and frame of their SYN. */
  readonly idle: Map<number, { readonly time: number; readonly frame: number }>;
}

export const slowHttp: Rule = {
  id: 'slow-http',
  title: 'Slow HTTP flood (Slowloris)',
  severity: 'high',
  technique: SERVICE_FLOOD,
  threshold: `${CONNECTIONS} connections from one client to one web server that received no complete request within ${PATIENCE_S} s`,
  source:
    'nginx and Apache wait 60 s for a request and serve some hundred clients at once; Slowloris occupies them all',
  exemptions:
    'Connections that browsers open in advance (a few per server); health checks of load balancers; TLS, which hides requests; one-way captures.',
  advice:
    'Limit connections per client and the time for a complete request (mod_reqtimeout, client_header_timeout); block the source.',
  watch(report) {
    const visitors = new Bounded<Visitor>(KEYS_MAX, ({ idle }) => idle.size);
    const waiting = new Bounded<true>(KEYS_MAX);
    /** Connections whose server answered the SYN in the capture. */
    const heard = new Bounded<true>(KEYS_MAX);

    function judge(key: string, { client, target, idle }: Visitor, now: number): void {
      let late = 0;
      for (const [stream, { time }] of idle) {
        if (Math.abs(now - time) > MEMORY_S) idle.delete(stream);
        else if (now - time >= PATIENCE_S) late++;
      }
      if (idle.size === 0) waiting.delete(key);
      if (late < CONNECTIONS) return;
      report({
        key,
        time: now,
        source: client,
        target,
        confidence: 0.85,
        summary: `${client} holds ${late} connections to ${target} without a complete request`,
        frames: [...idle.values()].slice(0, 12).map(({ frame }) => frame),
        streams: [...idle.keys()].slice(0, 12),
        facts: { connections: late },
      });
    }

    return {
      connection({ step, stream, serverPort }) {
        if (step === 'answered' && PORTS.has(serverPort)) heard.set(String(stream), true);
      },
      outcome({ result, client, server, serverPort, stream, time, frame }: OutcomeEvent) {
        if (result !== 'completed' || heard.get(String(stream)) === undefined) return;
        const target = endpoint(server, serverPort);
        const key = `${client} ${target}`;
        const { idle } = visitors.for(key, () => ({ client, target, idle: new Map() }));
        if (idle.size < STREAMS_MAX) idle.set(stream, { time, frame });
        waiting.set(key, true);
      },
      http({ step, client, server, serverPort, stream }) {
        if (step === 'response')
          visitors.get(`${client} ${endpoint(server, serverPort)}`)?.idle.delete(stream);
      },
      tick(now) {
        for (const [key] of waiting.entries()) {
          const visitor = visitors.get(key);
          if (visitor === undefined) waiting.delete(key);
          else judge(key, visitor, now);
        }
      },
    };
  },
};
