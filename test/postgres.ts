// The tests that need a PostgreSQL: one server for all, each with databases of its own.
import '../packages/store/test/shared-postgres.ts';
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/postgres.ts');
