// As in DuckDB, except that packets are partitioned by day, and the view shows addresses as inet.
export const sql = `
CREATE TABLE meta (name TEXT NOT NULL, value TEXT NOT NULL);

CREATE SEQUENCE captures_ids;
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, file TEXT, hash TEXT,
  begun FLOAT8 NOT NULL, ended FLOAT8, problem TEXT, start_time BIGINT, base_sequence BIGINT NOT NULL DEFAULT 0
);

CREATE SEQUENCE batches_ids;
CREATE TABLE batches (
  id INTEGER PRIMARY KEY, capture INTEGER NOT NULL, sequence BIGINT NOT NULL, first_id BIGINT NOT NULL,
  packets BIGINT NOT NULL, bytes BIGINT NOT NULL, first_time BIGINT, last_time BIGINT, width BIGINT NOT NULL,
  UNIQUE (capture, sequence)
);
CREATE SEQUENCE protocols_ids;
CREATE TABLE protocols (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE SEQUENCE paths_ids;
CREATE TABLE paths (id INTEGER PRIMARY KEY, name TEXT NOT NULL, layers TEXT NOT NULL);
CREATE SEQUENCE addresses_ids;
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY, kind SMALLINT NOT NULL, bytes BYTEA NOT NULL, text TEXT COLLATE "C" NOT NULL,
  inet INET GENERATED ALWAYS AS (CASE WHEN kind >= 2 THEN CAST(text AS INET) END) STORED
);
CREATE INDEX addresses_bytes ON addresses (bytes);
CREATE INDEX addresses_text ON addresses (text);

CREATE SEQUENCE packet_ids;
-- Widest columns first: nothing is lost to alignment.
CREATE TABLE packet (
  id BIGINT NOT NULL, time BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL, number BIGINT NOT NULL,
  file_offset BIGINT NOT NULL, length BIGINT NOT NULL, tcp_length BIGINT NOT NULL, capture INTEGER NOT NULL,
  batch INTEGER NOT NULL, captured_length INTEGER NOT NULL, interface INTEGER NOT NULL, src INTEGER NOT NULL,
  dst INTEGER NOT NULL, src_port INTEGER NOT NULL, dst_port INTEGER NOT NULL, stream INTEGER NOT NULL,
  protocol INTEGER NOT NULL, path INTEGER NOT NULL, tcp_flags INTEGER NOT NULL, tcp_analysis INTEGER NOT NULL,
  transport SMALLINT NOT NULL, marks SMALLINT NOT NULL, info TEXT
) PARTITION BY RANGE (at);
CREATE TABLE packet_other PARTITION OF packet DEFAULT;
CREATE INDEX packet_time ON packet USING BRIN (time) WITH (pages_per_range = 32);
CREATE INDEX packet_id ON packet USING BRIN (id) WITH (pages_per_range = 32);

CREATE TABLE tallies (
  batch INTEGER NOT NULL, capture INTEGER NOT NULL, bucket BIGINT NOT NULL, protocol INTEGER NOT NULL,
  path INTEGER NOT NULL, packets BIGINT NOT NULL, bytes BIGINT NOT NULL
);
CREATE INDEX tallies_batch ON tallies (batch);

CREATE TABLE flows (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, capture INTEGER NOT NULL, transport TEXT NOT NULL,
  stream BIGINT NOT NULL, client TEXT NOT NULL, client_port INTEGER NOT NULL, server TEXT NOT NULL,
  server_port INTEGER NOT NULL, start_time FLOAT8 NOT NULL, end_time FLOAT8 NOT NULL,
  packets_to_server BIGINT NOT NULL, bytes_to_server BIGINT NOT NULL, packets_to_client BIGINT NOT NULL,
  bytes_to_client BIGINT NOT NULL, bytes BIGINT NOT NULL, packets BIGINT NOT NULL, applications TEXT NOT NULL,
  server_name TEXT, fingerprints TEXT NOT NULL, community_id TEXT NOT NULL, state TEXT, handshake_ms FLOAT8,
  retransmissions BIGINT NOT NULL, out_of_order BIGINT NOT NULL, zero_windows BIGINT NOT NULL, is_over BOOLEAN NOT NULL,
  UNIQUE (capture, transport, stream)
);
CREATE INDEX flows_bytes ON flows (bytes DESC, id);
CREATE INDEX flows_start ON flows (start_time DESC, id);
CREATE INDEX flows_client ON flows (client);
CREATE INDEX flows_server ON flows (server);

CREATE TABLE names (
  capture INTEGER NOT NULL, address TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL, first_time FLOAT8 NOT NULL, last_time FLOAT8 NOT NULL, count BIGINT NOT NULL,
  UNIQUE (capture, address, name, source)
);
CREATE INDEX names_address ON names (address);

CREATE TABLE findings (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, capture INTEGER NOT NULL, finder TEXT NOT NULL,
  severity TEXT NOT NULL, category TEXT NOT NULL, protocol TEXT NOT NULL, message TEXT NOT NULL,
  address TEXT NOT NULL, gravity INTEGER NOT NULL, frame BIGINT, first_time FLOAT8 NOT NULL, last_time FLOAT8 NOT NULL,
  count BIGINT NOT NULL
);
-- A message may be longer than an entry of an index: its hash stands for it.
CREATE UNIQUE INDEX findings_key ON findings (capture, finder, severity, category, protocol, md5(message), address);

CREATE TABLE drops (capture INTEGER NOT NULL, place TEXT NOT NULL, packets BIGINT NOT NULL, time FLOAT8 NOT NULL);
CREATE TABLE audit (time FLOAT8 NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL, packets BIGINT NOT NULL);

-- Numbers without gaps within one call, whatever others take meanwhile; sequences are not undone with a transaction.
CREATE FUNCTION reserve_ids(counter TEXT, wanted BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
  first BIGINT;
BEGIN
  PERFORM pg_advisory_lock(hashtext('eyrie reserve ' || counter));
  first := nextval(counter || '_ids');
  PERFORM setval(counter || '_ids', first + wanted - 1);
  PERFORM pg_advisory_unlock(hashtext('eyrie reserve ' || counter));
  RETURN first;
END $$;

-- A partition for each day that packets are of, and for no more days than this: the rest lies in packet_other.
CREATE FUNCTION add_partitions(days DATE[], most INTEGER) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  day DATE;
  name TEXT;
BEGIN
  FOREACH day IN ARRAY days LOOP
    name := 'packet_' || to_char(day, 'YYYY_MM_DD');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('eyrie partitions'));
    CONTINUE WHEN to_regclass(name) IS NOT NULL
      OR (SELECT count(*) FROM pg_inherits WHERE inhparent = 'packet'::regclass) > most
      OR EXISTS (SELECT 1 FROM packet_other WHERE at >= day::timestamp AT TIME ZONE 'UTC'
        AND at < (day + 1)::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('CREATE TABLE %I PARTITION OF packet FOR VALUES FROM (%L) TO (%L)', name,
      day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
  END LOOP;
END $$;

CREATE VIEW packets AS SELECT
  p.id, p.at AS time, s.inet AS src_ip, d.inet AS dst_ip,
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
