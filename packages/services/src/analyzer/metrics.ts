// Metrics in the Prometheus text format 0.0.4.
import type { FastifyInstance } from 'fastify';

/** Upper bounds of the histogram's buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

export class Metrics {
  /** Counts by `route status`; bounded, because only defined routes count. */
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();

  seeRequest(route: string, status: number, seconds: number): void {
    const key = `${route} ${status}`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    let histogram = this.#durations.get(route);
    if (histogram === undefined) {
      histogram = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(route, histogram);
    }
    histogram.sum += seconds;
    histogram.count++;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) histogram.counts[bucket]!++;
  }

  /** @param gauges present values, by name */
  text(gauges: readonly Gauge[]): string {
    const lines: string[] = ['# TYPE eyrie_http_requests_total counter'];
    for (const [key, count] of this.#requests) {
      const [route, status] = key.split(' ');
      lines.push(`eyrie_http_requests_total{route="${label(route!)}",status="${status}"} ${count}`);
    }
    lines.push('# TYPE eyrie_http_request_duration_seconds histogram');
    for (const [route, histogram] of this.#durations) lines.push(...histogramLines(route, histogram));
    let family = '';
    for (const { name, help, type, value, labels } of gauges) {
      if (name !== family) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      family = name;
      const text = Object.entries(labels ?? {})
        .map(([key, of]) => `${key}="${label(of)}"`)
        .join(',');
      lines.push(`${name}${text === '' ? '' : `{${text}}`} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export function addMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.seeRequest(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
  });
}

function histogramLines(route: string, { counts, sum, count }: Histogram): string[] {
  const name = 'eyrie_http_request_duration_seconds';
  const of = `route="${label(route)}"`;
  let below = 0;
  const buckets = BUCKETS.map((bound, i) => {
    below += counts[i]!;
    return `${name}_bucket{${of},le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${of},le="+Inf"} ${count}`,
    `${name}_sum{${of}} ${sum}`,
    `${name}_count{${of}} ${count}`,
  ];
}

function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
