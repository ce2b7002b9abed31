// One BRIN index on both columns instead of one for each, so that each row is indexed once. Building it reads all packets;
// meanwhile others can read, but not write. Readers are locked out only at the end. An interruption leaves the old indexes.
export const sql = `
CREATE INDEX packet_place ON packet USING BRIN (id, time) WITH (pages_per_range = 32);
DROP INDEX packet_time;
DROP INDEX packet_id;
`;
