// Addresses of headers that a packet's columns don't show: `outer_id` numbers the set of them (0: none), `side` is 0 for
// sources and 1 for destinations. `is_told` marks paths whose packets have all their addresses stored; for packets of older
// versions that is unknown.
export const sql = `
CREATE TABLE outer_addresses (
  id INTEGER NOT NULL, side UTINYINT NOT NULL, kind UTINYINT NOT NULL, bytes BLOB NOT NULL, text VARCHAR NOT NULL
);
ALTER TABLE packet ADD COLUMN outer_id INTEGER DEFAULT 0;
ALTER TABLE paths ADD COLUMN is_told BOOLEAN DEFAULT FALSE;
`;
