// Offsets of the clock that timestamps packets from mesh time (rows.ts, ClockReading).
export const sql = `CREATE TABLE clocks (
  capture INTEGER NOT NULL, time DOUBLE NOT NULL, mesh VARCHAR NOT NULL, ahead DOUBLE NOT NULL, uncertainty DOUBLE NOT NULL
)`;
