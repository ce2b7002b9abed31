// The same answers, to the last row, from a PostgreSQL.
import { sharedPostgres } from '../../../store/test/shared-postgres.ts';

const server = await sharedPostgres();
process.env.EYRIE_TEST_STORE = await server.make();
await import('./answers.e2e.ts');
