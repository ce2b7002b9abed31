// Quantities with units as users write them: 50%, 20GB, 5ms, 1Mbit.

import type { Unit } from '../attributes.ts';

const bytes = scaled('B', { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 });
const binary = scaled('iB', { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50 });
const bits = scaled('bit', { k: 1e3, M: 1e6, G: 1e9, T: 1e12 });
const bps = scaled('bps', { k: 1e3, M: 1e6, G: 1e9, T: 1e12 });
const times = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const milliseconds = { us: 1e-3, ms: 1, s: 1000 };
const plain = { k: 1e3, M: 1e6, G: 1e9 };

/** Accepted units and their factors, by unit of the attribute. Case matters only where units would be ambiguous. */
const units: Record<Unit, Record<string, number>> = {
  '%': { '%': 1, percent: 1 },
  '': plain,
  bytes: { ...bytes, ...binary, bytes: 1 },
  'bytes/s': { ...bytes, ...binary, ...perSecond({ ...bytes, ...binary }), Bps: 1 },
  'bits/s': { ...bits, ...bps, ...perSecond(bits) },
  '1/s': { ...plain, ...perSecond(plain) },
  s: times,
  ms: milliseconds,
  '°C': { C: 1, '°C': 1 },
};

function scaled(unit: string, scales: Record<string, number>): Record<string, number> {
  const named = Object.entries(scales).map(([letter, by]) => [letter + unit, by] as const);
  return Object.fromEntries(unit.startsWith('i') ? named : [[unit, 1], ...named]);
}

function perSecond(of: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(of).map(([name, by]) => [`${name}/s`, by]));
}

/** The factor from a written unit to the attribute's own; null if they do not match. */
export function factorOf(unit: Unit, written: string): number | null {
  if (written === '') return 1;
  const known = units[unit];
  if (known[written] !== undefined) return known[written];
  const found = Object.keys(known).find((name) => name.toLowerCase() === written.toLowerCase());
  return found === undefined ? null : known[found]!;
}

/** An example for error messages. */
export function exampleOf(unit: Unit): string {
  const examples: Record<Unit, string> = {
    '%': 'such as 50%',
    '': 'without a unit, such as 4',
    bytes: 'of bytes, such as 20GB or 512MiB',
    'bytes/s': 'of bytes a second, such as 10MB/s',
    'bits/s': 'of bits a second, such as 100Mbit',
    '1/s': 'of times a second, such as 100',
    s: 'of time, such as 90s or 2h',
    ms: 'of time, such as 5ms',
    '°C': 'of degrees, such as 70C',
  };
  return `a number ${examples[unit]}`;
}
