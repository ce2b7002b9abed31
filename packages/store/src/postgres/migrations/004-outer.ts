// As in DuckDB, except that `outer_id` is NULL, which takes no space, in rows without outer addresses.
export const sql = `
CREATE SEQUENCE outer_addresses_ids;
CREATE TABLE outer_addresses (
  id INTEGER NOT NULL, side SMALLINT NOT NULL, kind SMALLINT NOT NULL, bytes BYTEA NOT NULL,
  text TEXT COLLATE "C" NOT NULL
);
CREATE INDEX outer_addresses_bytes ON outer_addresses (bytes);
ALTER TABLE packet ADD COLUMN outer_id INTEGER;
ALTER TABLE paths ADD COLUMN is_told BOOLEAN NOT NULL DEFAULT FALSE;
`;
