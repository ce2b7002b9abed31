import { secondsOrNull } from '../query/time.ts';
import type { Database } from '../sql/database.ts';
import type { StoreInfo } from '../store.ts';

const AUDIT_MAX = 100;

export async function storeInfo(database: Database, schemaVersion: number): Promise<StoreInfo> {
  const [counts] = await database.all(`SELECT (SELECT count(*) FROM captures),
    (SELECT COALESCE(sum(packets), 0) FROM batches), (SELECT count(*) FROM flows), (SELECT count(*) FROM names),
    (SELECT count(*) FROM findings), (SELECT min(first_time) FROM batches), (SELECT max(last_time) FROM batches)`);
  const graded = await database.all(
    `SELECT severity, count(*) FROM findings WHERE finder = 'rule' GROUP BY severity`,
  );
  const lines = await database.all(
    `SELECT time, action, detail, packets FROM audit ORDER BY time DESC LIMIT ${AUDIT_MAX}`,
  );
  const { bytes, free } = await database.size();
  const [captures, packets, flows, names, findings] = counts!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    engine: database.engine,
    engineVersion: await database.version(),
    place: database.place,
    schemaVersion,
    captures,
    packets,
    flows,
    names,
    findings,
    ruleFindings: Object.fromEntries(graded.map(([severity, count]) => [severity, Number(count)])),
    bytes,
    bytesPerPacket: packets === 0 ? null : (bytes - free) / packets,
    firstTime: secondsOrNull(counts![5]),
    lastTime: secondsOrNull(counts![6]),
    audit: lines
      .map(([time, action, detail, count]) => ({
        time: Number(time),
        action: String(action),
        detail: String(detail),
        packets: Number(count),
      }))
      .reverse(),
  };
}
