export { LinuxMeter } from './linux.ts';
export { INTERVAL_MS, type MeteringOptions, meterHost } from './metering.ts';
export type { Details, Measured, Sample } from './sample.ts';
export { ratesOf, Traffic, type TrafficCounters, type TrafficRates, tellTraffic } from './traffic.ts';
