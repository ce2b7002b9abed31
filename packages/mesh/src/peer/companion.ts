import type { Methods } from './control.ts';

/** A service that runs in the process of a peer and adds methods to its control socket. */
export interface Companion {
  methods: Methods;
  stop(): void;
}
