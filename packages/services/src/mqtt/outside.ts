// An external broker (Mosquitto, EMQX, NATS …). Messages published while it is unreachable are queued, within bounds.
import { readFileSync } from 'node:fs';
import type { MqttClient } from 'mqtt';
import { MqttError, type Port, type PortEvents } from './port.ts';
import type { Topics } from './topics.ts';

/** Messages queued without a connection: the newest of each retained topic, and the newest of the others. */
const WAITING_MAX = 1_000;
const RECONNECT_MS = 1_000;
const CONNECT_MS = 10_000;

export interface OutsideOptions {
  /** mqtt://, mqtts://, ws:// or wss:// URL, with USER:PASSWORD@ if required. */
  readonly url: string;
  /** CA certificates (PEM) instead of the system's. */
  readonly ca?: string | undefined;
  readonly will: { topic: string; payload: object };
  readonly takesOrders: boolean;
}

interface Waiting {
  readonly topic: string;
  readonly payload: string;
  readonly isRetained: boolean;
}

/** What waits for a connection. */
class Backlog {
  #waiting: Waiting[] = [];
  dropped = 0;

  add(message: Waiting): void {
    if (message.isRetained)
      this.#waiting = this.#waiting.filter(({ topic, isRetained }) => !isRetained || topic !== message.topic);
    this.#waiting.push(message);
    if (this.#waiting.length <= WAITING_MAX) return;
    this.#waiting.shift();
    this.dropped++;
  }

  take(): Waiting[] {
    return this.#waiting.splice(0);
  }
}

/** Returns without waiting for a connection. @throws MqttError if the URL is invalid */
export async function openOutside(
  { url, ca, will, takesOrders }: OutsideOptions,
  topics: Topics,
  clientId: string,
  events: PortEvents,
  log: (message: string, values: Record<string, string>) => void,
): Promise<Port> {
  const address = readUrl(url);
  const { connect } = await import('mqtt');
  const client: MqttClient = connect(url, {
    clientId,
    protocolVersion: 4,
    // A clean session suffices: retained messages are published again after a connection.
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    queueQoSZero: false,
    resubscribe: false,
    ...(ca === undefined ? {} : { ca: readCa(ca) }),
    will: { topic: will.topic, payload: Buffer.from(JSON.stringify(will.payload)), qos: 1, retain: true },
  });
  const place = `${address.protocol}//${address.host}`;
  const backlog = new Backlog();
  let lastMessage = '';
  const send = ({ topic, payload, isRetained }: Waiting) =>
    client.publish(topic, payload, { qos: 1, retain: isRetained }, () => {});
  client.on('connect', () => {
    lastMessage = '';
    log('MQTT broker connected', { broker: place });
    if (takesOrders)
      client.subscribe(topics.orders, { qos: 1 }, (error) => {
        if (error) log('MQTT broker refuses orders', { broker: place, message: error.message });
      });
    events.onReady();
    for (const each of backlog.take()) send(each);
  });
  client.on('message', (topic, payload, packet) => {
    // A retained message is old; orders apply at once or not at all.
    if (!packet.retain) events.onOrder(topic, payload, { by: '', name: place });
  });
  client.on('error', (error) => {
    const message = error.message || (error as NodeJS.ErrnoException).code || 'no connection';
    if (message !== lastMessage) log('MQTT broker cannot be reached', { broker: place, message });
    lastMessage = message;
  });
  return {
    place,
    get isConnected() {
      return client.connected;
    },
    get dropped() {
      return backlog.dropped;
    },
    publish(topic, payload, { isRetained = false } = {}) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const each = { topic, payload: text, isRetained };
      if (client.connected) send(each);
      else backlog.add(each);
    },
    async close(goodbye) {
      if (client.connected && goodbye !== undefined) {
        const options = { qos: 1, retain: true } as const;
        await client.publishAsync(goodbye.topic, JSON.stringify(goodbye.payload), options).catch(() => {});
      }
      await client.endAsync(!client.connected);
    },
  };
}

function readUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^(mqtts?|wss?):$/.test(parsed.protocol))
    throw new MqttError(
      `${withoutPassword(url)} is not a broker: write mqtt://HOST, mqtts://HOST:8883 or wss://HOST/mqtt`,
    );
  return parsed;
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new MqttError(`${path}: cannot be read: ${(error as Error).message}`);
  }
}

/** Removes the password from a URL, for logs and error messages. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//…@');
}
