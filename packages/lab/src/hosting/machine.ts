/** The clock of the machine, in milliseconds: the same in all its threads and processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
