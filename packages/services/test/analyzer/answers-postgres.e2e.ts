// The same answers, to the last row, from a PostgreSQL.
import { after } from 'node:test';
import { startPostgres } from '../../../store/test/postgres.ts';

const server = await startPostgres();
process.env.EYRIE_TEST_STORE = await server.make();
await import('./answers.e2e.ts');
after(() => server.stop());
