// Public interface of refused batches.
export { type Fate, REFUSED_KEPT, RefusedBodies, type RefusedOptions } from './bodies.ts';
export { eraseRefused } from './erase.ts';
export { putAside } from './folder.ts';
export { resendRefused } from './resend.ts';
