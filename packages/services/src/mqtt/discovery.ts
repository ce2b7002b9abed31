// Discovery messages for Home Assistant: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
import { type Attribute, attributes } from '@eyrie/mesh/skyeye';
import type { Topics } from './topics.ts';

/** Units in Home Assistant's notation. */
const UNITS: Record<string, string> = {
  '%': '%',
  bytes: 'B',
  'bytes/s': 'B/s',
  'bits/s': 'bit/s',
  s: 's',
  ms: 'ms',
  '°C': '°C',
};
const CLASSES: Record<string, string> = {
  bytes: 'data_size',
  'bytes/s': 'data_rate',
  'bits/s': 'data_rate',
  s: 'duration',
  ms: 'duration',
  '°C': 'temperature',
};

export interface Discovered {
  readonly topic: string;
  readonly payload: object;
}

/** A sensor for each of these attributes, and a binary sensor for the peer's presence. */
export function discoveryOf(
  prefix: string,
  topics: Topics,
  mesh: string,
  peer: string,
  names: readonly string[],
): Discovered[] {
  const device = {
    identifiers: [`eyrie_${mesh}_${peer}`],
    name: peer,
    manufacturer: 'Eyrie',
    model: `mesh ${mesh}`,
  };
  const availability = {
    topic: topics.status(peer),
    value_template: "{{ 'online' if value_json.status == 'alive' else 'offline' }}",
  };
  const node = nodeOf(`${mesh}_${peer}`);
  const presence = {
    topic: `${prefix}/binary_sensor/${node}/status/config`,
    payload: {
      name: 'Here',
      unique_id: `${node}_status`,
      state_topic: topics.status(peer),
      value_template: "{{ 'ON' if value_json.status == 'alive' else 'OFF' }}",
      device_class: 'connectivity',
      device,
    },
  };
  const known = names.flatMap((name) => attributes.filter((each) => each.name === name));
  return [presence, ...known.map((each) => sensorOf(each))];

  function sensorOf({ name, unit, meaning }: Attribute): Discovered {
    const object = objectOf(name);
    return {
      topic: `${prefix}/sensor/${node}/${object}/config`,
      payload: {
        name: meaning,
        unique_id: `${node}_${object}`,
        state_topic: topics.metrics(peer),
        // An attribute no longer measured becomes unknown, instead of keeping its last value.
        value_template: `{{ value_json['values'].get('${name}') }}`,
        state_class: 'measurement',
        ...(UNITS[unit] === undefined ? {} : { unit_of_measurement: UNITS[unit] }),
        ...(CLASSES[unit] === undefined ? {} : { device_class: CLASSES[unit] }),
        availability,
        device,
      },
    };
  }
}

/** Ids allow letters, digits, underscore and dash. Names have no capitals, so the escaping is unambiguous. */
function nodeOf(name: string): string {
  return `eyrie_${name.replaceAll('.', 'DOT')}`;
}

/** Object id of an attribute; the names are few and known. */
function objectOf(name: string): string {
  return `eyrie_${name}`.replace(/[^A-Za-z0-9_-]/g, '_');
}
