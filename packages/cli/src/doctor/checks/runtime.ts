// Node.js, and what was built or installed beside the sources.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:zlib';
import { pageFolder } from '../../ui/page-folder.ts';
import { type Finding, ok, warn, wrong } from '../check.ts';

const NODE_MAJOR_MIN = 24;

export async function runtimeFindings(): Promise<Finding[]> {
  return [node(process.versions.node), await database(), page(pageFolder())];
}

export function node(version: string): Finding {
  const place = `${version} on ${process.platform} ${process.arch}`;
  if (Number.parseInt(version, 10) < NODE_MAJOR_MIN)
    return wrong('Node.js', place, `install Node.js ${NODE_MAJOR_MIN} or newer from https://nodejs.org`);
  // Without it, captures compressed with zstd cannot be read.
  if (constants.ZSTD_e_continue === undefined)
    return warn('Node.js', `${place}, without zstd`, 'install the build of https://nodejs.org');
  return ok('Node.js', place);
}

async function database(): Promise<Finding> {
  try {
    const { openStore } = await import('@eyrie/store');
    const store = await openStore('duckdb::memory:');
    await store.close();
    return ok('DuckDB', 'opens');
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!;
    return wrong(
      'DuckDB',
      reason,
      'install anew with npm ci, without --omit=optional; or keep packets in PostgreSQL',
    );
  }
}

function page(folder: string | null): Finding {
  if (folder !== null && existsSync(join(folder, 'manifest.json'))) return ok('web page', folder);
  return warn('web page', 'was not put together: only the API answers', 'run: npm run prepare');
}
