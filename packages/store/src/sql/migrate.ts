// Schema migration: runs each pending step once, in a transaction of its own.
import { StoreError } from '../errors.ts';
import type { Database } from './database.ts';

/** The version of the schema. */
export async function migrate(
  database: Database,
  migrations: readonly string[],
  options: { readonly isNew: boolean; readonly readOnly: boolean },
): Promise<number> {
  let version = options.isNew ? 0 : await versionOf(database);
  if (version > migrations.length)
    throw new StoreError(
      'ERR_STORE_NEWER',
      `${database.place}: was written by a newer Eyrie (schema ${version}, this one knows ${migrations.length}); update Eyrie`,
    );
  if (options.readOnly && version < migrations.length)
    throw new StoreError(
      'ERR_STORE_OLDER',
      `${database.place}: was written by an older Eyrie (schema ${version}, this one reads ${migrations.length}); what writes to it brings it up to date: eyrie up, eyrie import or eyrie persistor`,
    );
  for (; version < migrations.length; version++) {
    const made = version + 1;
    await database.transaction(async (tx) => {
      await tx.run(migrations[version]!);
      await tx.run(`DELETE FROM meta WHERE name = 'schema'`);
      await tx.run(`INSERT INTO meta VALUES ('schema', '${made}')`);
    });
  }
  return version;
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
