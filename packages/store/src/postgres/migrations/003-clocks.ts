// How the clock that dated packets stood to that of a mesh (rows.ts, ClockReading).
export const sql = `CREATE TABLE clocks (
  capture INTEGER NOT NULL, time FLOAT8 NOT NULL, mesh TEXT NOT NULL, ahead FLOAT8 NOT NULL, uncertainty FLOAT8 NOT NULL
)`;
