// Tests of services that start no process of their own.
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/services.ts');
