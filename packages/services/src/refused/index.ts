// What others may use of what is put aside.
export { REFUSED_KEPT, RefusedBodies, type RefusedBody, type RefusedOptions } from './bodies.ts';
export { type ErasedBodies, eraseRefused } from './erase.ts';
