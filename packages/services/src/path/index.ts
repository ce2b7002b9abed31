// What lies between two places that saw the same packets: delay, loss, routers.
export { comparePaths, type Delay, type Direction, type PathReport } from './compare.ts';
export { type FileSightings, fileSightings } from './files.ts';
export { hashAddress, newSighting, type Sighting, sightingOf } from './sighting.ts';
export { Sightings } from './sightings.ts';
