// What lies between two places that saw the same packets: delay, loss, routers.

export { type PathCompanion, pathCompanion } from './companion.ts';
export { comparePaths, type Delay, type Direction, type PathReport } from './compare.ts';
export { type FileSightings, fileSightings } from './files.ts';
export { PAGES } from './pages.ts';
export { newSighting, type Sighting, sightingOf } from './sighting.ts';
export { Sightings } from './sightings.ts';
export type { PeerPath } from './watch.ts';
