// The mesh over MQTT.
export { MqttCompanion, type MqttSettings, type MqttView } from './companion.ts';
export { publishedSchema } from './payloads.ts';
export { Topics } from './topics.ts';
