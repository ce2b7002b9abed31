// Routes for the state of the services: status, health, metrics, and the live channel.
import { type Store, StoreError, type StoreInfo } from '@eyrie/store';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import type { Intake } from '../intake.ts';
import type { LiveHub } from '../live/hub.ts';
import type { MeshSource } from '../mesh/source.ts';
import type { Gauge } from '../metrics.ts';
import { Health, LiveChannels, Status } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers } from './answers.ts';

/** Milliseconds for which the store's information is cached: computing it counts rows. */
const INFO_MS = 2000;

export class StatusReport {
  readonly #store: Store;
  readonly #intake: Intake | null;
  readonly #mesh: MeshSource;
  readonly #version: string;
  readonly #retention: string;
  #known: { readonly untilMs: number; readonly info: Promise<Status['store']> } | null = null;

  constructor(store: Store, intake: Intake | null, mesh: MeshSource, version: string, retention: string) {
    this.#store = store;
    this.#intake = intake;
    this.#mesh = mesh;
    this.#version = version;
    this.#retention = retention;
  }

  async status(hub: LiveHub): Promise<Status> {
    const intake = this.#intake;
    return {
      version: this.#version,
      node: process.versions.node,
      uptime_seconds: process.uptime(),
      memory_bytes: process.memoryUsage.rss(),
      services: [...(intake?.services() ?? []), { name: 'analyzer', state: 'running', note: null }],
      queues: [...(intake?.queues() ?? [])],
      drops: await this.#drops(),
      store: await this.#info(),
      live: { clients: hub.clients, messages_skipped: hub.skipped },
      ...(await this.#mesh.here()),
    };
  }

  async #drops(): Promise<Status['drops']> {
    const captures = await this.#store.captures();
    return captures.filter(({ drops }) => drops > 0).map(({ name, drops }) => ({ name, packets: drops }));
  }

  #info(): Promise<Status['store']> {
    const now = performance.now();
    if (this.#known === null || now > this.#known.untilMs) {
      const info = this.#ask();
      this.#known = { untilMs: now + INFO_MS, info };
      info.catch(() => {
        this.#known = null;
      });
    }
    return this.#known.info;
  }

  async #ask(): Promise<Status['store']> {
    const info = await this.#store.info();
    return {
      engine: info.engine,
      place: info.place,
      version: info.engineVersion,
      size_bytes: info.bytes,
      captures: info.captures,
      packets: info.packets,
      flows: info.flows,
      findings: info.findings,
      rule_findings: gradesOf(info.ruleFindings),
      first: info.firstTime,
      last: info.lastTime,
      retention: this.#retention,
    };
  }
}

function gradesOf({ error = 0, warn = 0, note = 0, chat = 0 }: StoreInfo['ruleFindings']) {
  return { high: error, medium: warn, low: note, info: chat };
}

export function addStatusRoutes(app: Server, { store, report, hub, metrics }: Context): void {
  app.get(
    '/healthz',
    {
      schema: {
        ...answers('service', 'Health check: 200, or 503 with what does not work', Health),
        response: { 200: Health, 503: Health },
      },
    },
    async (_, reply) => {
      try {
        await store.capture(0);
        return { status: 'ok' as const, store: store.place };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        reply.status(503);
        return { status: 'failing' as const, store: error.message };
      }
    },
  );

  app.get('/status', { schema: answers('service', 'Services, queues, drops, store', Status) }, () =>
    report.status(hub),
  );

  app.get(
    '/metrics',
    { schema: { tags: ['service'], summary: 'Figures for Prometheus' } },
    async (_, reply) => {
      const text = metrics.text(gauges(await report.status(hub)));
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );

  app.route({
    method: 'GET',
    url: '/live',
    schema: answers('service', 'WebSocket: {"subscribe":["rates"]}, then {"channel","data"}', LiveChannels),
    handler: async () => {
      throw new ApiError('upgrade_required', 'this is a WebSocket', { hint: 'open it as ws://…/live' });
    },
    wsHandler: (socket) => hub.add(socket),
  });
}

function gauges(status: Status): Gauge[] {
  const { store, live } = status;
  const gauge = (name: string, help: string, value: number | null): Gauge[] =>
    value === null ? [] : [{ name, help, type: 'gauge', value }];
  return [
    ...gauge('eyrie_uptime_seconds', 'Seconds since the process was started.', status.uptime_seconds),
    ...gauge('process_resident_memory_bytes', 'Memory of the process.', status.memory_bytes),
    ...gauge('eyrie_store_packets', 'Packets stored.', store.packets),
    ...gauge('eyrie_store_flows', 'Flows stored.', store.flows),
    ...gauge('eyrie_store_findings', 'Findings stored, those of the expert, too.', store.findings),
    ...Object.entries(store.rule_findings).map(([severity, value]): Gauge => {
      const help = 'Findings of intrusion rules that are stored; critical ones count as high.';
      return { name: 'eyrie_findings', help, type: 'gauge', value, labels: { severity } };
    }),
    ...gauge('eyrie_store_captures', 'Captures stored.', store.captures),
    ...gauge('eyrie_store_bytes', 'Bytes of the store on disk.', store.size_bytes),
    ...status.queues.map(({ name, depth }): Gauge => {
      return {
        name: 'eyrie_queue_depth',
        help: 'What waits in a queue.',
        type: 'gauge',
        value: depth,
        labels: { queue: name },
      };
    }),
    ...status.drops.map(({ name, packets }): Gauge => {
      return {
        name: 'eyrie_capture_dropped_packets',
        help: 'Packets lost.',
        type: 'gauge',
        value: packets,
        labels: { capture: name },
      };
    }),
    ...gauge('eyrie_live_clients', 'Clients of the live channel.', live.clients),
    {
      name: 'eyrie_live_skipped_total',
      help: 'Messages not sent to clients that were slow.',
      type: 'counter',
      value: live.messages_skipped,
    },
  ];
}
