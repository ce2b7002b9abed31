/** The machine and the versions of the tools. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { OURS } from './tasks.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Load average over five minutes; above 1, other processes disturbed the figures. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    load: loadavg()[1] ?? 0,
  };
}

export interface Tool {
  readonly name: string;
  /** Resolves the first word of a command line. */
  readonly words: readonly string[];
  readonly version: string;
}

const VERSION_OPTIONS: Record<string, string> = { ndpiReader: '-h' };

/** The tool, or null if it is not installed. */
export function findTool(name: string, ours: readonly string[]): Tool | null {
  if (name === OURS) return { name, words: ours, version: ourVersion() };
  const answer = spawnSync(name, [VERSION_OPTIONS[name] ?? '--version'], { encoding: 'utf8' });
  if (answer.error !== undefined) return null;
  const version = /\d+\.\d+(\.\d+)?/.exec(answer.stdout || answer.stderr)?.[0] ?? 'unknown version';
  return { name, words: [name], version };
}

function ourVersion(): string {
  const path = join(import.meta.dirname, '../../packages/cli/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
