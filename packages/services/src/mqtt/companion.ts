// MQTT as a companion of a running peer, started by configuration or by a shell command.
import { type Companion, ControlError, type Peer } from '@eyrie/mesh';
import { isLoopback, openBroker } from './broker.ts';
import { Gateway } from './gateway.ts';
import { openOutside } from './outside.ts';
import { MqttError, type Port, type PortEvents } from './port.ts';

export interface MqttSettings {
  /** URL of an external broker; empty: the built-in one. */
  readonly url: string;
  readonly ca: string;
  readonly host: string;
  readonly port: number;
  readonly takesOrders: boolean;
  readonly discoveryPrefix: string;
  readonly sealFor: string;
}

const PORT_PLAIN = 1883;
const PORT_TLS = 8883;

export interface MqttView {
  readonly isRunning: boolean;
  readonly place: string;
  readonly isConnected: boolean;
  readonly topics: string;
  readonly published: number;
  readonly orders: number;
  readonly refused: number;
  readonly dropped: number;
}

export class MqttCompanion implements Companion {
  readonly #peer: Peer;
  readonly #settings: MqttSettings;
  #running: { gateway: Gateway; port: Port } | null = null;
  #isStarting = false;

  constructor(peer: Peer, settings: MqttSettings) {
    this.#peer = peer;
    this.#settings = settings;
  }

  readonly methods = {
    mqtt: () => this.view(),
    mqttStart: async (given: Record<string, unknown>) => {
      try {
        await this.start({ ...this.#settings, ...pick(given) });
      } catch (error) {
        throw error instanceof MqttError ? new ControlError(error.message) : error;
      }
      return this.view();
    },
    mqttStop: async () => {
      if (this.#running === null) throw new ControlError('MQTT is not on');
      await this.#end();
    },
  };

  view(): MqttView {
    const { gateway, port } = this.#running ?? {};
    return {
      isRunning: port !== undefined,
      place: port?.place ?? '',
      isConnected: port?.isConnected ?? false,
      topics: gateway?.topics.root ?? '',
      published: 0,
      orders: 0,
      refused: 0,
      ...gateway?.counts,
      dropped: port?.dropped ?? 0,
    };
  }

  /** @throws MqttError */
  async start(settings: MqttSettings): Promise<void> {
    if (this.#running !== null || this.#isStarting)
      throw new MqttError('MQTT is on already: stop it first with "eyrie mqtt stop"');
    this.#isStarting = true;
    try {
      await this.#begin(settings);
    } finally {
      this.#isStarting = false;
    }
  }

  async #begin(settings: MqttSettings): Promise<void> {
    const gateway = new Gateway(this.#peer, settings);
    const events: PortEvents = {
      onOrder: (topic, payload, orderer) => {
        if (settings.takesOrders) gateway.take(topic, payload, orderer);
      },
      onReady: () => gateway.refresh(),
    };
    const { log } = this.#peer.runtime;
    const clientId = `eyrie-${gateway.topics.root.slice(6)}-${this.#peer.id}`;
    const { url, ca, takesOrders, discoveryPrefix } = settings;
    const outside = { url, ca: ca || undefined, will: gateway.will, takesOrders };
    const port =
      url === ''
        ? await openBroker(this.#peer, { ...placeOf(settings), discoveryPrefix }, events)
        : await openOutside(outside, gateway.topics, clientId, events, (message, values) =>
            log('info', message, values),
          );
    gateway.open(port);
    this.#running = { gateway, port };
    log('info', 'MQTT is on', { place: port.place, topics: `${gateway.topics.root}/#` });
  }

  stop(): void {
    if (this.#running !== null) void this.#end();
  }

  async #end(): Promise<void> {
    const { gateway, port } = this.#running!;
    this.#running = null;
    await port.close(gateway.goodbye);
    gateway.close();
  }
}

/** Address of the broker: TLS except on loopback; port 0 means the standard one. */
function placeOf({ host, port }: MqttSettings): { host: string; port: number } {
  const isLocal = isLoopback(host);
  return { host, port: port === 0 ? (isLocal ? PORT_PLAIN : PORT_TLS) : port };
}

/** Settings that a shell command may override. */
function pick({ url, host, port }: Record<string, unknown>): Partial<MqttSettings> {
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof host === 'string' ? { host } : {}),
    ...(typeof port === 'number' ? { port } : {}),
  };
}
