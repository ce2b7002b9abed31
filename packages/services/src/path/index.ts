// What lies between two places that saw the same packets: delay, loss, routers.

export { pathCompanion } from './companion.ts';
export { comparePaths, type Delay, type Direction } from './compare.ts';
export { fileSightings } from './files.ts';
export { newSighting, sightingOf } from './sighting.ts';
export { Sightings } from './sightings.ts';
export type { PeerPath } from './watch.ts';
