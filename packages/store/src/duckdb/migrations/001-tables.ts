// Addresses, protocols and paths in `packet` are dictionary numbers; the view `packets` shows them as text.
export const sql = `
CREATE TABLE meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);

CREATE SEQUENCE capture_ids;
CREATE TABLE captures (
  id INTEGER NOT NULL, key VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL, file VARCHAR, hash VARCHAR,
  begun DOUBLE NOT NULL, ended DOUBLE, problem VARCHAR,
  -- Time of frame 1, nanoseconds since 1970; NULL when it was not seen.
  start_time BIGINT,
  -- Batches before this one were stored, and may have been deleted since.
  base_sequence BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE batches (
  id INTEGER NOT NULL, capture INTEGER NOT NULL, sequence BIGINT NOT NULL, first_id BIGINT NOT NULL,
  packets BIGINT NOT NULL, bytes BIGINT NOT NULL, first_time BIGINT, last_time BIGINT,
  -- Of the batch's tallies, nanoseconds.
  width BIGINT NOT NULL
);
CREATE TABLE protocols (id INTEGER NOT NULL, name VARCHAR NOT NULL);
-- frame.protocols, and the layers that filters see.
CREATE TABLE paths (id INTEGER NOT NULL, name VARCHAR NOT NULL, layers VARCHAR NOT NULL);
CREATE TABLE addresses (id INTEGER NOT NULL, kind UTINYINT NOT NULL, bytes BLOB NOT NULL, text VARCHAR NOT NULL);

CREATE TABLE packet (
  id BIGINT NOT NULL, capture INTEGER NOT NULL, batch INTEGER NOT NULL, number BIGINT NOT NULL, time BIGINT NOT NULL,
  length UINTEGER NOT NULL, captured_length UINTEGER NOT NULL, file_offset BIGINT NOT NULL, interface INTEGER NOT NULL,
  src INTEGER NOT NULL, dst INTEGER NOT NULL, transport UTINYINT NOT NULL, src_port USMALLINT NOT NULL,
  dst_port USMALLINT NOT NULL, stream INTEGER NOT NULL, protocol INTEGER NOT NULL, path INTEGER NOT NULL,
  tcp_flags USMALLINT NOT NULL, tcp_analysis USMALLINT NOT NULL, tcp_length UINTEGER NOT NULL, marks UTINYINT NOT NULL,
  info VARCHAR
);

CREATE TABLE tallies (
  batch INTEGER NOT NULL, capture INTEGER NOT NULL, bucket BIGINT NOT NULL, protocol INTEGER NOT NULL,
  path INTEGER NOT NULL, packets BIGINT NOT NULL, bytes BIGINT NOT NULL
);

CREATE SEQUENCE flow_ids;
CREATE TABLE flows (
  id BIGINT NOT NULL DEFAULT nextval('flow_ids'), capture INTEGER NOT NULL, transport VARCHAR NOT NULL,
  stream BIGINT NOT NULL, client VARCHAR NOT NULL, client_port INTEGER NOT NULL, server VARCHAR NOT NULL,
  server_port INTEGER NOT NULL, start_time DOUBLE NOT NULL, end_time DOUBLE NOT NULL, packets_to_server BIGINT NOT NULL,
  bytes_to_server BIGINT NOT NULL, packets_to_client BIGINT NOT NULL, bytes_to_client BIGINT NOT NULL,
  bytes BIGINT NOT NULL, packets BIGINT NOT NULL, applications VARCHAR NOT NULL, server_name VARCHAR,
  fingerprints VARCHAR NOT NULL, community_id VARCHAR NOT NULL, state VARCHAR, handshake_ms DOUBLE,
  retransmissions BIGINT NOT NULL, out_of_order BIGINT NOT NULL, zero_windows BIGINT NOT NULL, is_over BOOLEAN NOT NULL
);

CREATE TABLE names (
  capture INTEGER NOT NULL, address VARCHAR NOT NULL, name VARCHAR NOT NULL, source VARCHAR NOT NULL,
  first_time DOUBLE NOT NULL, last_time DOUBLE NOT NULL, count BIGINT NOT NULL
);

CREATE SEQUENCE finding_ids;
CREATE TABLE findings (
  id BIGINT NOT NULL DEFAULT nextval('finding_ids'), capture INTEGER NOT NULL, finder VARCHAR NOT NULL,
  severity VARCHAR NOT NULL, category VARCHAR NOT NULL, protocol VARCHAR NOT NULL, message VARCHAR NOT NULL,
  address VARCHAR NOT NULL, gravity INTEGER NOT NULL, frame BIGINT, first_time DOUBLE NOT NULL,
  last_time DOUBLE NOT NULL, count BIGINT NOT NULL
);

CREATE TABLE drops (capture INTEGER NOT NULL, place VARCHAR NOT NULL, packets BIGINT NOT NULL, time DOUBLE NOT NULL);
CREATE TABLE audit (time DOUBLE NOT NULL, action VARCHAR NOT NULL, detail VARCHAR NOT NULL, packets BIGINT NOT NULL);

CREATE VIEW packets AS SELECT
  p.id, make_timestamp_ns(p.time) AS time,
  CASE WHEN s.kind >= 2 THEN s.text END AS src_ip, CASE WHEN d.kind >= 2 THEN d.text END AS dst_ip,
  CASE WHEN p.transport > 0 THEN p.src_port END AS src_port, CASE WHEN p.transport > 0 THEN p.dst_port END AS dst_port,
  r.name AS protocol,
  COALESCE(p.info, CASE WHEN p.transport > 0 THEN p.src_port || ' → ' || p.dst_port || ', ' ELSE '' END
    || p.length || ' bytes, ' || h.name) AS summary,
  p.length, CASE WHEN p.stream >= 0 THEN p.stream END AS stream, h.name AS path, s.text AS src, d.text AS dst,
  p.capture, p.number, p.transport, p.captured_length, p.file_offset
FROM packet p
  LEFT JOIN addresses s ON s.id = p.src LEFT JOIN addresses d ON d.id = p.dst
  LEFT JOIN protocols r ON r.id = p.protocol LEFT JOIN paths h ON h.id = p.path;
`;
