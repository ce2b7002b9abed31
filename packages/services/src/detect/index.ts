// What others may use of this folder.
export { PacketWatch, type PacketWatchOptions } from './packet-watch.ts';
export { Rules, type RulesOptions } from './rules.ts';
