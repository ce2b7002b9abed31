import { StoreError } from '../errors.ts';
import { migrate } from '../sql/migrate.ts';
import type { StoreOptions } from '../store.ts';
import { PostgresDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';

export async function openPostgres(url: string, options: StoreOptions) {
  const readOnly = options.readOnly === true;
  const { onMigration } = options;
  const database = new PostgresDatabase(url, readOnly);
  try {
    const version = await database.exclusively(async () => {
      const [row] = await database.all(
        `SELECT to_regclass('meta') IS NOT NULL, to_regclass('packets') IS NOT NULL, to_regclass('packet') IS NOT NULL`,
      );
      const [hasMeta, hasPackets, hasPacket] = row!;
      const isNew = hasMeta === false;
      if (isNew && (hasPackets === true || hasPacket === true))
        throw new StoreError(
          'ERR_STORE_FOREIGN',
          `${database.place}: has a table of packets that Eyrie did not make; name an empty database`,
        );
      if (isNew && (options.create === false || readOnly))
        throw new StoreError('ERR_STORE_NOT_FOUND', `${database.place}: no such store; check the name`);
      return migrate(database, migrations, { isNew, readOnly, onMigration });
    }, onMigration);
    return { database, version };
  } catch (error) {
    await database.close();
    throw error;
  }
}
