// The interface of refused batches.
export { REFUSED_KEPT, RefusedBodies, type RefusedBody, type RefusedOptions } from './bodies.ts';
export { type ErasedBodies, eraseRefused } from './erase.ts';
export { type PutAside, putAside } from './read.ts';
export { type Left, type Resent, resendRefused } from './resend.ts';
