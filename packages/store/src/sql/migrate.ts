// Schema migration: runs each pending step once, in a transaction of its own.
import { StoreError } from '../errors.ts';
import type { Database } from './database.ts';

export interface Migration {
  /** What it changes, as shown while it runs. */
  readonly name: string;
  readonly sql: string;
}

export interface MigrateOptions {
  readonly isNew: boolean;
  readonly readOnly: boolean;
  /** SQL that each step of an existing store runs in its transaction. */
  readonly also?: string;
  /** See StoreOptions.onMigration. */
  readonly onMigration?: ((line: string) => void) | undefined;
}

/** Interval of the reports about a step. */
const REPORT_MS = 10_000;

/** The version of the schema. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  { isNew, readOnly, also, onMigration }: MigrateOptions,
): Promise<number> {
  const { place } = database;
  const wanted = migrations.length;
  const version = isNew ? 0 : await versionOf(database);
  if (version > wanted)
    throw new StoreError(
      'ERR_STORE_NEWER',
      `${place}: was written by a newer Eyrie (schema ${version}, this one knows ${wanted}); update Eyrie`,
    );
  if (readOnly && version < wanted)
    throw new StoreError(
      'ERR_STORE_OLDER',
      `${place}: was written by an older Eyrie (schema ${version}, this one reads ${wanted}); what writes to it brings it up to date: eyrie up, eyrie import or eyrie persistor`,
    );
  for (const [i, { name, sql }] of migrations.slice(version).entries()) {
    const made = version + i + 1;
    const step = (): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.run(sql);
        await tx.run(`DELETE FROM meta WHERE name = 'schema'`);
        await tx.run(`INSERT INTO meta VALUES ('schema', '${made}')`);
        if (!isNew && also !== undefined) await tx.run(also);
      });
    const title = `${place}: bringing it up to schema ${made} of ${wanted}: ${name}`;
    if (isNew || onMigration === undefined) await step();
    else await withProgress(step, title, database, onMigration);
  }
  return wanted;
}

/** Runs a step that may take long, and reports it when it begins and every REPORT_MS. */
async function withProgress(
  step: () => Promise<void>,
  title: string,
  database: Database,
  onMigration: (line: string) => void,
): Promise<void> {
  onMigration(title);
  let seconds = 0;
  const reporting = setInterval(async () => {
    seconds += REPORT_MS / 1000;
    const after = `${title}, ${seconds} s`;
    const share = await database.migrated().catch(() => null);
    onMigration(share === null ? after : `${after}, ${Math.floor(share * 100)} % done`);
  }, REPORT_MS);
  try {
    await step();
  } finally {
    clearInterval(reporting);
  }
}

async function versionOf(database: Database): Promise<number> {
  const rows = await database.all(`SELECT value FROM meta WHERE name = 'schema'`).catch(() => null);
  const version = Number(rows?.[0]?.[0]);
  if (rows === null || !Number.isInteger(version))
    throw new StoreError(
      'ERR_STORE_FOREIGN',
      `${database.place}: is a database, but no store of Eyrie; name another`,
    );
  return version;
}
