// The mesh clock alone, without what speaks NTP: a peer needs no more unless it follows time servers.
export { HostClock, type LocalClock } from '../host/host-clock.ts';
export { type SleepingMachine, Slept } from '../host/slept.ts';
export type { Era } from './exchange.ts';
export { type ClockState, type Heard, MeshClock } from './mesh-clock.ts';
