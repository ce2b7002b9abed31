// `eyrie firewall block-list`: from findings to a plain file of addresses.
import { readFileSync } from 'node:fs';
import { blockListOf, type FoundSource, isSeverity } from '@eyrie/services/firewall';
import { fileError, UserError } from '../errors.ts';

export async function printBlockList(path = '-', { severity }: { severity: string }): Promise<void> {
  if (!isSeverity(severity))
    throw new UserError(`--severity ${severity}: there are info, low, medium, high, critical`);
  process.stdout.write(blockListOf(findingsIn(path), severity));
}

function findingsIn(path: string): FoundSource[] {
  const where = path === '-' ? 'standard input' : path;
  const document = jsonIn(path);
  const { findings, items } = (document ?? {}) as { findings?: unknown; items?: unknown };
  const list = [document, findings, items].find(Array.isArray);
  if (list?.every((each) => typeof each === 'object' && each !== null))
    return list.map(foundOf).filter((each) => each !== null);
  throw new UserError(
    `${where}: no findings as JSON: take those of eyrie findings --json, or eyrie read FILE -q -z findings --json`,
  );
}

/** Null: it is no JSON. */
function jsonIn(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw fileError(path, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A finding as of `read -z findings`, the store or the API; null for expert information and findings without a source. */
function foundOf(value: Record<string, unknown>): FoundSource | null {
  const detail = (value.detail ?? {}) as Record<string, unknown>;
  const source = value.source ?? value.address;
  const severity = detail.severity ?? value.severity;
  const title = value.title ?? value.group;
  if (typeof source !== 'string' || typeof severity !== 'string' || !isSeverity(severity)) return null;
  return { source, severity, title: typeof title === 'string' ? title : '' };
}
