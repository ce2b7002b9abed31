/** The machine's clock in milliseconds: the same in all threads and processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
