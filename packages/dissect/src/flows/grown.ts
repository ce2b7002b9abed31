// Tables of numbers that grow.

type Numbers = Int32Array | Uint32Array | Float64Array | BigInt64Array;

/**
 * The numbers of `array` in a table of `length`, with zeros behind them. `array` is empty from then on: its memory is free
 * at once, instead of with the next collection of old garbage, which may never come.
 */
export function grown<T extends Numbers>(array: T, length: number): T {
  const buffer = (array.buffer as ArrayBuffer).transfer(length * array.BYTES_PER_ELEMENT);
  return new (array.constructor as new (buffer: ArrayBuffer) => T)(buffer);
}
