// `eyrie firewall block-list`: from findings to a plain file of addresses.
import { readFileSync } from 'node:fs';
import { blockListOf, type FoundSource, isSeverity } from '@eyrie/services/firewall';
import { UserError } from '../errors.ts';

export async function printBlockList(path = '-', { severity }: { severity: string }): Promise<void> {
  if (!isSeverity(severity))
    throw new UserError(`--severity ${severity}: there are info, low, medium, high, critical`);
  process.stdout.write(blockListOf(findingsIn(path), severity));
}

function findingsIn(path: string): FoundSource[] {
  try {
    const document: unknown = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
    const list = Array.isArray(document) ? document : (document as { findings?: unknown }).findings;
    if (Array.isArray(list) && list.every(isFound)) return list;
  } catch (error) {
    throw new UserError(`${path === '-' ? 'standard input' : path}: ${(error as Error).message}`);
  }
  throw new UserError(
    `${path === '-' ? 'standard input' : path}: no findings as JSON, as of read -q -z findings --json`,
  );
}

function isFound(value: unknown): value is FoundSource {
  const { source, severity, title } = (value ?? {}) as Record<string, unknown>;
  return [source, severity, title].every((each) => typeof each === 'string');
}
