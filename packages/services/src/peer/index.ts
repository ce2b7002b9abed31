export { LinuxMeter } from './linux.ts';
export { meterHost } from './metering.ts';
export { ratesOf, reportRates, Traffic } from './traffic.ts';
