import type { Methods } from './control.ts';

/** Something else that runs along with a peer: what it answers to a shell, and how it ends. */
export interface Companion {
  methods: Methods;
  stop(): void;
}
