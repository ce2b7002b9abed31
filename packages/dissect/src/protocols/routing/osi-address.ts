// Formats OSI addresses: network service access points, and system IDs of IS-IS.
import { hex } from '../../core/text.ts';

/** `1921.6800.1001`, with pseudonode `.02` and fragment `-00` if present (ISO 10589 §7.1). */
export function systemId(b: Uint8Array, at: number, length: number): string {
  const groups: string[] = [];
  for (let i = 0; i < Math.min(length, 6); i += 2) groups.push(hex(b, at + i, at + Math.min(length, i + 2)));
  let text = length < 6 ? groups.join('') : groups.join('.');
  if (length > 6) text += `.${hex(b, at + 6, at + 7)}`;
  if (length > 7) text += `-${hex(b, at + 7, at + 8)}`;
  return text;
}

/** Area address: `49.0001`. */
export function area(b: Uint8Array, at: number, length: number): string {
  if (length < 1) return '';
  const parts = [hex(b, at, at + 1)];
  for (let i = 1; i < length; i += 2) parts.push(hex(b, at + i, at + Math.min(length, i + 2)));
  return parts.join('.');
}

/** NSAP address, with a dot before the last seven bytes (system ID and selector). */
export function nsap(b: Uint8Array, at: number, length: number): string {
  if (length < 8) return hex(b, at, at + length);
  return `${hex(b, at, at + length - 6)}.${hex(b, at + length - 6, at + length)}`;
}
