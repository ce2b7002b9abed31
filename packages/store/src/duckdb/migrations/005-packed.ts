// Packets in fewer columns, as each takes disk space and time to store however little it says: what is nearly always constant, or
// mostly read together, shares one, and is a virtual column, computed when it is read. What follows from the id (the batch) is no
// longer stored; Info columns, which few packets have, are a table of their own.
//
//   place     capture << 40 | number
//   captured  (interface + 1) << 32 | captured_length
//
// Virtual columns, not those of a view: conditions on a view that have alternatives, as most display filters do, are examined in
// two passes over all rows, which takes three times as long, even if none of their columns is shared.
// Interfaces and numbers beyond the bounds can only be made up by a sender: since this version they are refused.
export const sql = `
DROP VIEW packets;
ALTER TABLE packet RENAME TO packet_unpacked;
CREATE TABLE packet (
  id BIGINT NOT NULL USING COMPRESSION bitpacking, time BIGINT NOT NULL USING COMPRESSION bitpacking,
  place BIGINT NOT NULL USING COMPRESSION bitpacking, file_offset BIGINT NOT NULL USING COMPRESSION bitpacking,
  length UINTEGER NOT NULL USING COMPRESSION bitpacking, captured BIGINT NOT NULL USING COMPRESSION bitpacking,
  src INTEGER NOT NULL USING COMPRESSION bitpacking, dst INTEGER NOT NULL USING COMPRESSION bitpacking,
  marks UTINYINT NOT NULL, outer_id INTEGER NOT NULL, transport UTINYINT NOT NULL, src_port USMALLINT NOT NULL,
  dst_port USMALLINT NOT NULL,
  stream INTEGER NOT NULL USING COMPRESSION bitpacking, protocol INTEGER NOT NULL, path INTEGER NOT NULL,
  tcp_flags USMALLINT NOT NULL, tcp_analysis USMALLINT NOT NULL, tcp_length UINTEGER NOT NULL USING COMPRESSION bitpacking,
  capture INTEGER AS (CAST(place >> 40 AS INTEGER)), number BIGINT AS (place & 1099511627775),
  captured_length BIGINT AS (captured & 4294967295), interface INTEGER AS (CAST(captured >> 32 AS INTEGER) - 1)
);
CREATE TABLE infos (id BIGINT NOT NULL, info VARCHAR NOT NULL);
INSERT INTO infos SELECT id, info FROM packet_unpacked WHERE info IS NOT NULL;
INSERT INTO packet SELECT id, time, (CAST(capture AS BIGINT) << 40) | (number & 1099511627775), file_offset, length,
  (((CAST(interface AS BIGINT) + 1) & 2147483647) << 32) | captured_length, src, dst,
  marks, COALESCE(outer_id, 0), transport,
  src_port, dst_port, stream, protocol, path, tcp_flags, tcp_analysis, tcp_length FROM packet_unpacked;
DROP TABLE packet_unpacked;

CREATE VIEW packets AS SELECT
  p.id, make_timestamp_ns(p.time) AS time,
  CASE WHEN s.kind >= 2 THEN s.text END AS src_ip, CASE WHEN d.kind >= 2 THEN d.text END AS dst_ip,
  CASE WHEN p.transport > 0 THEN p.src_port END AS src_port, CASE WHEN p.transport > 0 THEN p.dst_port END AS dst_port,
  r.name AS protocol,
  COALESCE(i.info, CASE WHEN p.transport > 0 THEN p.src_port || ' → ' || p.dst_port || ', ' ELSE '' END
    || p.length || ' bytes, ' || h.name) AS summary,
  p.length, CASE WHEN p.stream >= 0 THEN p.stream END AS stream, h.name AS path, s.text AS src, d.text AS dst,
  p.capture, p.number, p.transport, p.captured_length, p.file_offset
FROM packet p
  LEFT JOIN addresses s ON s.id = p.src LEFT JOIN addresses d ON d.id = p.dst
  LEFT JOIN protocols r ON r.id = p.protocol LEFT JOIN paths h ON h.id = p.path LEFT JOIN infos i ON i.id = p.id;

ALTER TABLE flows ADD COLUMN client_isn BIGINT;
ALTER TABLE flows ADD COLUMN server_isn BIGINT;
`;
