// Public interface of path: delay, loss and hops between two points that saw the same packets.

export { pathCompanion } from './companion.ts';
export { comparePaths, type Delay, type Direction } from './compare.ts';
export { fileSightings } from './files.ts';
export { newSighting, sightingOf } from './sighting.ts';
export { Sightings } from './sightings.ts';
export type { PeerPath } from './watch.ts';
