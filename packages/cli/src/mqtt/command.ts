// `eyrie mqtt`: asks the running peer.
import { pemOf } from '@eyrie/mesh';
import type { MqttView } from '@eyrie/services/mqtt';
import { ask, readWhole, selectPeer } from '../mesh/select.ts';
import { standingFrom } from '../mesh/standing.ts';

interface Options {
  peer?: string;
  json?: boolean;
  host?: string;
  port?: string;
}

export async function show(options: Options): Promise<void> {
  print(await ask<MqttView>(options.peer, 'mqtt'), options);
}

export async function serve({ host, port, ...options }: Options): Promise<void> {
  const place = {
    url: '',
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: readWhole(port, '--port', 65_535) }),
  };
  print(await ask<MqttView>(options.peer, 'mqttStart', place), options);
}

export async function bridge(url: string, options: Options): Promise<void> {
  print(await ask<MqttView>(options.peer, 'mqttStart', { url }), options);
}

export async function stop(options: Options): Promise<void> {
  await ask(options.peer, 'mqttStop');
  if (options.json !== true) console.log('MQTT is off.');
}

export function authority({ peer }: Options): void {
  const { roster } = standingFrom(selectPeer(peer));
  console.log(roster.roots.map((root) => pemOf(root).trimEnd()).join('\n'));
}

export async function schema(): Promise<void> {
  const { publishedSchema } = await import('@eyrie/services/mqtt');
  console.log(JSON.stringify(publishedSchema(), null, 2));
}

function print(view: MqttView, { json }: Options): void {
  console.log(json === true ? JSON.stringify(view, null, 2) : textOf(view));
}

function textOf({
  isRunning,
  isConnected,
  place,
  topics,
  published,
  orders,
  refused,
  dropped,
}: MqttView): string {
  if (!isRunning) return 'MQTT is off: eyrie mqtt serve, or eyrie mqtt bridge URL.';
  return `${isConnected ? 'MQTT is on' : 'Not connected now'}: ${place}, topics ${topics}/#
${published} published, ${dropped} dropped while away; ${orders} orders done, ${refused} refused`;
}
