import { openStore } from '../src/open.ts';
import { complianceOf } from './compliance/index.ts';

complianceOf('DuckDB', (options) => openStore('duckdb::memory:', options));
