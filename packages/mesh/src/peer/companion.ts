import type { Methods } from './control.ts';
import type { Reloadable } from './reload.ts';

/** A service that runs in the process of a peer and adds methods to its control socket. */
export interface Companion {
  methods: Methods;
  /** Files of its own that `eyrie mesh reload` reads again. */
  files?: readonly Reloadable[];
  stop(): void;
}
