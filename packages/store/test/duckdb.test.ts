import { openStore } from '../src/open.ts';
import { complianceOf } from './compliance.ts';

complianceOf('DuckDB', (options) => openStore('duckdb::memory:', options));
