// How the clock that dated packets stood to that of a mesh (rows.ts, ClockReading).
export const sql = `CREATE TABLE clocks (
  capture INTEGER NOT NULL, time DOUBLE NOT NULL, mesh VARCHAR NOT NULL, ahead DOUBLE NOT NULL, uncertainty DOUBLE NOT NULL
)`;
