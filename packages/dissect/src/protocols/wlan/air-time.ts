// How a frame was sent, and how long it took: the physical layer and its timing (IEEE Std 802.11-2020, clauses 15 to 19).

/** Physical layers, numbered as `wlan_radio.phy`. */
export const DSSS = 4;
export const OFDM_5_GHZ = 5;
export const OFDM_2_GHZ = 6;
export const HT = 7;

const DSSS_RATES: ReadonlySet<number> = new Set([1, 2, 5.5, 11]);
const OFDM_RATES: ReadonlySet<number> = new Set([6, 9, 12, 18, 24, 36, 48, 54]);

/** The physical layer that has this data rate in Mb/s on this frequency in MHz (0: not known); 0 if none has. */
export function layerOf(rate: number, frequency: number): number {
  if (DSSS_RATES.has(rate)) return DSSS;
  if (!OFDM_RATES.has(rate) || frequency === 0) return 0;
  return frequency < 3000 ? OFDM_2_GHZ : OFDM_5_GHZ;
}

/** Microseconds before the first bit of the frame: 15.2.2 and 16.2.2 for DSSS, 17.3.2 for OFDM. */
export function preambleOf(phy: number, isShort: boolean): number {
  if (phy !== DSSS) return 20;
  return isShort ? 96 : 192;
}

/** Bits of a frame that OFDM adds: service and tail (17.3.2.2). */
const SERVICE_AND_TAIL = 22;
const SYMBOL_MICROSECONDS = 4;

/** Microseconds that the frame's `bytes`, with its check sequence, take at `rate` Mb/s behind the preamble. */
export function payloadTime(phy: number, bytes: number, rate: number): number {
  if (phy === DSSS) return Math.ceil((bytes * 8) / rate);
  return Math.ceil((SERVICE_AND_TAIL + bytes * 8) / (rate * SYMBOL_MICROSECONDS)) * SYMBOL_MICROSECONDS;
}
