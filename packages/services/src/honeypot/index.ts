export { BOUNDS, type Bounds } from './bounds.ts';
export { type CastEvent, type CastHeader, readCast } from './cast.ts';
export type { Decoy } from './decoys/decoy.ts';
export { decoyNamed, decoys } from './decoys/index.ts';
export { type HoneypotEvent, toEcs, toLine } from './event.ts';
export { type ForwardOptions, forward } from './forward.ts';
export { type Door, Honeypot, type HoneypotCounts, type HoneypotOptions } from './honeypot.ts';
export { loadPersona, makePersona, type Persona } from './persona.ts';
export { type VisitRecord, type VisitSummary, Visits } from './visits.ts';
