// What a layer of USB keeps for its columns and fields.
import type { Request } from './devices.ts';

/** What a control transfer's layer keeps: its request, and the class it is of. */
export interface Control {
  readonly request: Request;
  readonly kind: number;
  readonly isSubmit: boolean;
}

/** Marks of a layer: its data is nobody's and shown as it is. */
export const LEFT_OVER = 1;

/** Beside it: whose class the transfer is of is told, and which. */
export const HAS_CLASS = 2;
export const CLASS_SHIFT = 16;
/** The class of what nobody announced. */
export const UNKNOWN_CLASS = 0xff;
