// How far `eyrie logs` agrees with Zeek: node scripts/compare-zeek.ts FOLDER [LOG…]
//
// FOLDER holds captures and, in `expected/`, logs that Zeek wrote of them (`CAPTURE.….conn.log`, as in Zeek's own tests). Rows are
// paired by connection, or in order; columns that both have are compared, except times of day and ids, which Zeek's tests hide.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rowsOfZeek, type ZeekLog, zeekLogsOf } from '../test/support/zeek.ts';

const EXAMPLES = 4;
/** Times of day and random ids. */
const HIDDEN = /^(ts|uid|uids|.*fuids?|tunnel_parents)$/;
const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/compare-zeek.ts FOLDER [LOG…]');
  process.exit(2);
}

const expected = join(folder, 'expected');
const captures = readdirSync(folder).filter((name) => existsSync(join(folder, name)));
for (const name of readdirSync(expected).sort()) {
  const capture = captures.find((each) => name.startsWith(`${each}.`));
  const log = rowsOfZeek(readFileSync(join(expected, name), 'utf8'));
  if (capture === undefined || log === null || (wanted.length > 0 && !wanted.includes(log.path))) continue;
  const ours = (await zeekLogsOf(join(folder, capture))).get(log.path);
  report(name, log, ours?.rows ?? []);
}

function report(name: string, theirs: ZeekLog, ours: readonly Record<string, string>[]): void {
  const differing = new Map<string, string[]>();
  const keyOf = (row: Record<string, string>): string =>
    ['id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'].map((field) => row[field] ?? '').join(' ');
  const left = [...ours];
  let missing = 0;
  for (const row of theirs.rows) {
    const at = left.findIndex((each) => keyOf(each) === keyOf(row));
    if (at < 0) {
      missing++;
      continue;
    }
    const [found = {}] = left.splice(at, 1);
    for (const field of theirs.fields) {
      if (HIDDEN.test(field) || !(field in found) || found[field] === row[field]) continue;
      differing.set(field, [
        ...(differing.get(field) ?? []),
        `${keyOf(row)}: ${row[field]} → ${found[field]}`,
      ]);
    }
  }
  const lacking = theirs.fields.filter((field) => ours.length > 0 && !(field in ours[0]!));
  const isSame = missing + left.length + differing.size + lacking.length === 0;
  console.log(
    `${isSame ? 'same' : 'DIFF'} ${name}: ${theirs.rows.length} rows, ${missing} missing, ${left.length} more`,
  );
  if (lacking.length > 0) console.log(`     columns we lack: ${lacking.join(' ')}`);
  for (const [field, examples] of differing) {
    console.log(`     ${field}: ${examples.length}`);
    for (const example of examples.slice(0, EXAMPLES)) console.log(`        ${example}`);
  }
}
