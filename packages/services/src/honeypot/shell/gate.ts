// Who is let in: nobody at the first try, so that passwords are collected; then some, as if they had guessed right.

import type { Persona } from '../persona.ts';
import { whim } from '../visit.ts';

const TRIES_BEFORE = 1;
/** One in this many passwords is "right"; which ones follows from the installation. */
const ONE_IN = 3;
export const TRIES_MAX = 6;

export function isLetIn(persona: Persona, user: string, password: string, tries: number): boolean {
  if (password === '' || tries < TRIES_BEFORE) return false;
  return whim(persona, `${user}:${password}`, ONE_IN) === 0;
}
