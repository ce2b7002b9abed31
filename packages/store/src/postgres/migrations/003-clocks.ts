// Offsets of the clock that timestamps packets from mesh time (rows.ts, ClockReading).
export const sql = `CREATE TABLE clocks (
  capture INTEGER NOT NULL, time FLOAT8 NOT NULL, mesh TEXT NOT NULL, ahead FLOAT8 NOT NULL, uncertainty FLOAT8 NOT NULL
)`;
