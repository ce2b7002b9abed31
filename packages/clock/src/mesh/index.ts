// The mesh clock alone, without NTP, which only a peer that follows time servers needs.
export { HostClock, type LocalClock } from '../host/host-clock.ts';
export { type SleepingMachine, Slept } from '../host/slept.ts';
export type { Era } from './exchange.ts';
export { type ClockState, MeshClock, type Reception } from './mesh-clock.ts';
