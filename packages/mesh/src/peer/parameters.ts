// Validates the parameters of requests on the control socket.

import { ControlError, type Parameters } from './control.ts';

export function textOf(given: Parameters, name: string, other?: string): string {
  const value = given[name] ?? other;
  if (typeof value !== 'string') throw new ControlError(`"${name}" is missing`);
  return value;
}

export function numberOf(given: Parameters, name: string, min: number, max: number): number {
  const value = Number(given[name] ?? min);
  if (!(value >= min && value <= max)) throw new ControlError(`"${name}" must be from ${min} to ${max}`);
  return value;
}
