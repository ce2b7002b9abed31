// A sample of the host: the attributes that are reported to the mesh, and details on request.

/** Attributes by name (see the table in @eyrie/mesh/skyeye), in their units. */
export type Measured = Record<string, number>;

export interface InterfaceRates {
  readonly name: string;
  /** Bytes, packets, errors and drops per second. */
  readonly rx: Rates;
  readonly tx: Rates;
  /** Bits per second; null if the driver does not report it. */
  readonly speed: number | null;
}
export interface Rates {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly drops: number;
}
export interface FileSystem {
  readonly path: string;
  readonly total: number;
  readonly free: number;
}
export interface Sensor {
  readonly name: string;
  readonly celsius: number;
}

export interface Details {
  readonly interfaces: readonly InterfaceRates[];
  readonly storage: readonly FileSystem[];
  readonly temperatures: readonly Sensor[];
}

export interface Sample {
  readonly measured: Measured;
  readonly details: Details;
}

/** Measures the host. Rates are relative to the previous sample. */
export interface HostMeter {
  sample(): Promise<Sample>;
}

/** Drops values that are unknown or not finite. */
export function knownOf(measured: Record<string, number | null | undefined>): Measured {
  const known = Object.entries(measured).filter(
    ([, value]) => typeof value === 'number' && Number.isFinite(value),
  );
  return Object.fromEntries(known) as Measured;
}

export function percent(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : null;
}
