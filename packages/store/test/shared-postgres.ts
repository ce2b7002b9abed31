// One PostgreSQL for all tests of a process, each with databases of its own.
import { after } from 'node:test';
import { startPostgres, type TestServer } from './postgres.ts';

let started: Promise<TestServer> | undefined;
// If it did not start, the tests that asked for it have said so.
after(() =>
  started?.then(
    (server) => server.stop(),
    () => {},
  ),
);

/** No test stops it. */
export function sharedPostgres(): Promise<Omit<TestServer, 'stop'>> {
  started ??= startPostgres();
  return started;
}
