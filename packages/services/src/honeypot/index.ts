export { BOUNDS, type Bounds } from './bounds.ts';
export type { CastEvent } from './cast.ts';
export { decoyNamed, decoys } from './decoys/index.ts';
export { type HoneypotEvent, toEcs, toLine } from './event.ts';
export { type ForwardOptions, forward } from './forward.ts';
export { type Door, Honeypot } from './honeypot.ts';
export { type GuestHost, MeshGuests } from './mesh-guests.ts';
export { loadPersona, makePersona } from './persona.ts';
export { type VisitRecord, type VisitSummary, Visits } from './visits.ts';
