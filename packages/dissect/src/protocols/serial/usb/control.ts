// Layer state shared by the columns and fields of USB.
import type { Request } from './devices.ts';

/** Note of a control transfer's layer: request and class. */
export interface Control {
  readonly request: Request;
  readonly kind: number;
  readonly isSubmit: boolean;
}

/** Layer mark: the data have no dissector. */
export const LEFT_OVER = 1;

/** Layer mark: the transfer's class is shown. */
export const HAS_CLASS = 2;
export const CLASS_SHIFT = 16;
/** Class of an interface whose descriptor was not captured. */
export const UNKNOWN_CLASS = 0xff;
