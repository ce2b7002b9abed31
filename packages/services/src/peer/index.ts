export { LinuxMeter } from './linux.ts';
export { meterHost } from './metering.ts';
export { ratesOf, Traffic, tellTraffic } from './traffic.ts';
