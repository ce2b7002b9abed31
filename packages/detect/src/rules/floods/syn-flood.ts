import { endpoint } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { OS_FLOOD } from '../techniques.ts';

const PER_SECOND = 100;
const FAILED_SHARE = 0.8;
/** A flood over many ports of a host needs many sources, or else it is a port scan. */
const SOURCES = 20;

/** Outcomes follow their SYN by up to some seconds and out of order: this many seconds are counted at once. */
const SECONDS_KEPT = 8;

interface Second {
  failed: number;
  completed: number;
  readonly sources: Set<string>;
  readonly ports: Set<number>;
  readonly frames: number[];
  readonly streams: number[];
}

/** Connection requests to a target, by second. */
type Target = Map<number, Second>;

function itemsOf(target: Target): number {
  let items = 0;
  for (const { sources, ports } of target.values()) items += sources.size + ports.size;
  return items;
}

function count(target: Target, { time, result, client, serverPort, frame, stream }: OutcomeEvent): Second {
  const at = Math.floor(time);
  let second = target.get(at);
  if (second === undefined) {
    second = { failed: 0, completed: 0, sources: new Set(), ports: new Set(), frames: [], streams: [] };
    target.set(at, second);
    if (target.size > SECONDS_KEPT) target.delete(target.keys().next().value!);
  }
  if (result === 'completed') second.completed++;
  else second.failed++;
  if (second.sources.size < 10_000) second.sources.add(client);
  if (second.ports.size < 1000) second.ports.add(serverPort);
  if (second.frames.length < 12) {
    second.frames.push(frame);
    second.streams.push(stream);
  }
  return second;
}

export const synFlood: Rule = {
  id: 'syn-flood',
  title: 'SYN flood',
  severity: 'high',
  technique: OS_FLOOD,
  threshold: `${PER_SECOND} failed connections to one port of a host within one second, and less than ${Math.round((1 - FAILED_SHARE) * 100)} % that complete; to any ports of a host if they come from ${SOURCES} or more sources`,
  source:
    'Rate filters of Suricata and Snort usually allow 70 to 100 SYN/s per destination; RFC 4987 §2 describes the attack',
  exemptions:
    "Busy servers and load tests, whose connections complete (also seen in captures of the client's direction only); port scans from few sources; SYN with ACK without a SYN (backscatter).",
  advice: 'Enable SYN cookies, and block the sources or rate-limit new connections upstream of the target.',
  watch(report) {
    const services = new Bounded<Target>(KEYS_MAX, itemsOf);
    const hosts = new Bounded<Target>(KEYS_MAX, itemsOf);

    function judge(
      { failed, completed, sources, frames, streams }: Second,
      event: OutcomeEvent,
      to: string,
    ): void {
      if (failed < PER_SECOND || failed < FAILED_SHARE * (failed + completed)) return;
      const from = sources.size === 1 ? event.client : `${sources.size} sources`;
      report({
        key: to,
        time: event.time,
        source: from,
        target: to,
        confidence: 0.95,
        summary: `${from} sent ${to} ${failed} SYNs in one second without a connection`,
        frames,
        streams,
        facts: { perSecond: failed, sources: sources.size },
      });
    }

    return {
      outcome(event: OutcomeEvent) {
        const { server, serverPort } = event;
        const make = (): Target => new Map();
        judge(
          count(services.for(`${server} ${serverPort}`, make), event),
          event,
          endpoint(server, serverPort),
        );
        const host = count(hosts.for(server, make), event);
        if (host.sources.size >= SOURCES && host.ports.size > 10) judge(host, event, server);
      },
    };
  },
};
