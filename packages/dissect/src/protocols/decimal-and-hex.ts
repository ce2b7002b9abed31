/** The line of a number in both bases, `CmdSN: 1 (0x00000001)`; `bytes` is the width that the hexadecimal one is padded to. */
import type { Value } from '../core/field.ts';

export function decimalAndHex(title: string, bytes: number): (value: Value) => string {
  return (value) => `${title}: ${value} (0x${value.toString(16).padStart(bytes * 2, '0')})`;
}
