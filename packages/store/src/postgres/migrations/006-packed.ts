// Packets in nine numbers of eight bytes instead of 22 columns: each column costs the server as much as it takes to store
// eight bytes. `packet`, from which all queries read, is a view that unpacks them. What follows from the id (the batch) or
// from the time (`at`) is no longer stored; Info columns, which few packets have, are a table of their own.
//
//   place      capture << 40 | number              addresses  src << 32 | dst
//   lengths    length << 32 | captured_length      texts      protocol << 32 | path
//   header     src_port << 48 | dst_port << 32 | tcp_flags << 16 | transport << 8 | marks
//   segment    stream << 32 | tcp_length
//
// `interface` and `outer_id` are NULL, which takes no space, in rows without.
export const sql = `
DROP VIEW packets;
ALTER TABLE packet RENAME TO packet_unpacked;

CREATE TABLE packet_rows (
  id BIGINT NOT NULL, time BIGINT NOT NULL, place BIGINT NOT NULL, file_offset BIGINT NOT NULL, lengths BIGINT NOT NULL,
  addresses BIGINT NOT NULL, header BIGINT NOT NULL, segment BIGINT NOT NULL, texts BIGINT NOT NULL,
  tcp_analysis SMALLINT NOT NULL, interface INTEGER, outer_id INTEGER
) PARTITION BY RANGE (time);
CREATE TABLE packet_rows_other PARTITION OF packet_rows DEFAULT;

CREATE TABLE infos (id BIGINT PRIMARY KEY, info TEXT NOT NULL);
INSERT INTO infos SELECT id, info FROM packet_unpacked WHERE info IS NOT NULL;

-- A partition for each day that packets are of, and for no more days than this: the rest lies in packet_rows_other.
CREATE OR REPLACE FUNCTION add_partitions(days DATE[], most INTEGER) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  day DATE;
  name TEXT;
  lower BIGINT;
  width BIGINT := 86400000000000;
BEGIN
  FOREACH day IN ARRAY days LOOP
    name := 'packet_rows_' || to_char(day, 'YYYY_MM_DD');
    lower := (day - DATE '1970-01-01') * width;
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('eyrie partitions'));
    CONTINUE WHEN to_regclass(name) IS NOT NULL
      OR (SELECT count(*) FROM pg_inherits WHERE inhparent = 'packet_rows'::regclass) > most
      OR EXISTS (SELECT 1 FROM packet_rows_other WHERE time >= lower AND time < lower + width);
    EXECUTE format('CREATE TABLE %I PARTITION OF packet_rows FOR VALUES FROM (%s) TO (%s)', name, lower, lower + width);
  END LOOP;
END $$;

-- One partition after the other. How far this is, others see by the name of the connection: nothing else is seen of a
-- transaction before its end.
DO $$
DECLARE
  part RECORD;
  done BIGINT := 0;
  every BIGINT;
BEGIN
  SELECT sum(pg_relation_size(inhrelid)) INTO every FROM pg_inherits WHERE inhparent = 'packet_unpacked'::regclass;
  FOR part IN SELECT c.oid, c.relname, pg_relation_size(c.oid) AS bytes FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'packet_unpacked'::regclass ORDER BY c.relname
  LOOP
    PERFORM set_config('application_name', format('eyrie migration %s', round(done::float8 / greatest(every, 1) * 100)), false);
    IF part.relname ~ '^packet_\\d+_\\d\\d_\\d\\d$' THEN
      PERFORM add_partitions(ARRAY[to_date(substr(part.relname, 8), 'YYYY_MM_DD')], 2147483647);
    END IF;
    EXECUTE format('INSERT INTO packet_rows SELECT id, time, (capture::bigint << 40) | number, file_offset,
      (length << 32) | (captured_length::bigint & 4294967295), (src::bigint << 32) | dst,
      (src_port::bigint << 48) | (dst_port::bigint << 32) | (tcp_flags::bigint << 16) | (transport::bigint << 8) | marks,
      (stream::bigint << 32) | tcp_length, (protocol::bigint << 32) | path,
      CASE WHEN tcp_analysis > 32767 THEN tcp_analysis - 65536 ELSE tcp_analysis END, NULLIF(interface, -1), outer_id
      FROM %s', part.oid::regclass);
    EXECUTE format('DROP TABLE %s', part.oid::regclass);
    done := done + part.bytes;
  END LOOP;
  PERFORM set_config('application_name', 'eyrie', false);
END $$;
DROP TABLE packet_unpacked;
CREATE INDEX packet_rows_place ON packet_rows USING BRIN (id, time) WITH (pages_per_range = 32);

CREATE VIEW packet AS SELECT
  id, time, place, (place >> 40)::int AS capture, place & 1099511627775 AS number, file_offset,
  (lengths >> 32) & 4294967295 AS length, lengths & 4294967295 AS captured_length, COALESCE(interface, -1) AS interface,
  (addresses >> 32)::int AS src, (addresses & 4294967295)::int AS dst,
  ((header >> 8) & 255)::int AS transport, ((header >> 48) & 65535)::int AS src_port, ((header >> 32) & 65535)::int AS dst_port,
  (segment >> 32)::int AS stream, segment & 4294967295 AS tcp_length,
  (texts >> 32)::int AS protocol, (texts & 4294967295)::int AS path,
  ((header >> 16) & 65535)::int AS tcp_flags, tcp_analysis & 65535 AS tcp_analysis, (header & 255)::int AS marks, outer_id
FROM packet_rows;

CREATE VIEW packets AS SELECT
  p.id, TIMESTAMPTZ '1970-01-01 00:00:00Z' + (p.time - ((p.time % 1000) + 1000) % 1000) / 1000 * INTERVAL '1 microsecond' AS time,
  s.inet AS src_ip, d.inet AS dst_ip,
  CASE WHEN p.transport > 0 THEN p.src_port END AS src_port, CASE WHEN p.transport > 0 THEN p.dst_port END AS dst_port,
  r.name AS protocol,
  COALESCE(i.info, CASE WHEN p.transport > 0 THEN p.src_port || ' → ' || p.dst_port || ', ' ELSE '' END
    || p.length || ' bytes, ' || h.name) AS summary,
  p.length, CASE WHEN p.stream >= 0 THEN p.stream END AS stream, h.name AS path, s.text AS src, d.text AS dst,
  p.capture, p.number, p.transport, p.captured_length, p.file_offset, p.time AS nanoseconds
FROM packet p
  LEFT JOIN addresses s ON s.id = p.src LEFT JOIN addresses d ON d.id = p.dst
  LEFT JOIN protocols r ON r.id = p.protocol LEFT JOIN paths h ON h.id = p.path LEFT JOIN infos i ON i.id = p.id;

ALTER TABLE flows ADD COLUMN client_isn BIGINT, ADD COLUMN server_isn BIGINT;
`;
