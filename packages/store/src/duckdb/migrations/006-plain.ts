// Packets without virtual columns, which cost a tenth of the time of storing: they are bound and computed for every 2,048 rows that
// are appended, though nothing reads them then. Queries use their expressions instead (dialect.ts), and so does the view.
export const sql = `
DROP VIEW packets;
ALTER TABLE packet DROP COLUMN capture;
ALTER TABLE packet DROP COLUMN number;
ALTER TABLE packet DROP COLUMN captured_length;
ALTER TABLE packet DROP COLUMN interface;

CREATE VIEW packets AS SELECT
  p.id, make_timestamp_ns(p.time) AS time,
  CASE WHEN s.kind >= 2 THEN s.text END AS src_ip, CASE WHEN d.kind >= 2 THEN d.text END AS dst_ip,
  CASE WHEN p.transport > 0 THEN p.src_port END AS src_port, CASE WHEN p.transport > 0 THEN p.dst_port END AS dst_port,
  r.name AS protocol,
  COALESCE(i.info, CASE WHEN p.transport > 0 THEN p.src_port || ' → ' || p.dst_port || ', ' ELSE '' END
    || p.length || ' bytes, ' || h.name) AS summary,
  p.length, CASE WHEN p.stream >= 0 THEN p.stream END AS stream, h.name AS path, s.text AS src, d.text AS dst,
  CAST(p.place >> 40 AS INTEGER) AS capture, p.place & 1099511627775 AS number, p.transport,
  p.captured & 4294967295 AS captured_length, p.file_offset
FROM packet p
  LEFT JOIN addresses s ON s.id = p.src LEFT JOIN addresses d ON d.id = p.dst
  LEFT JOIN protocols r ON r.id = p.protocol LEFT JOIN paths h ON h.id = p.path LEFT JOIN infos i ON i.id = p.id;
`;
