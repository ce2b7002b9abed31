// Addresses of headers that a packet's columns don't show: `outer_id` is one number for all of them (0: none), `side` tells
// sources (0) from destinations. Paths whose packets have told theirs are told from those of which it is not known.
export const sql = `
CREATE TABLE outer_addresses (
  id INTEGER NOT NULL, side UTINYINT NOT NULL, kind UTINYINT NOT NULL, bytes BLOB NOT NULL, text VARCHAR NOT NULL
);
ALTER TABLE packet ADD COLUMN outer_id INTEGER DEFAULT 0;
ALTER TABLE paths ADD COLUMN is_told BOOLEAN DEFAULT FALSE;
`;
