// Decides on logins: the first attempt always fails, so that passwords are collected; later ones sometimes succeed.

import type { Persona } from '../persona.ts';
import { whim } from '../visit.ts';

const TRIES_BEFORE = 1;
/** One in this many passwords is accepted; the persona's seed determines which. */
const ONE_IN = 3;
export const TRIES_MAX = 6;

export function isLetIn(persona: Persona, user: string, password: string, tries: number): boolean {
  if (password === '' || tries < TRIES_BEFORE) return false;
  return whim(persona, `${user}:${password}`, ONE_IN) === 0;
}
