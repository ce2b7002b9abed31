// Routes for display filters: field names for completion, and validation.
import {
  compileFilter,
  type Expression,
  FilterError,
  fieldNamed,
  fieldNames,
  fieldTypeName,
  type Operand,
  parseFilter,
  protocolNamed,
  protocolNames,
} from '@eyrie/dissect';
import type { Context } from '../context.ts';
import { meant } from '../errors.ts';
import { type FieldRow, Fields, FieldsQuery, FilterCheck, FilterCheckQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { given } from '../terms.ts';
import { answers } from './answers.ts';

const ROWS = 50;

export function addFieldRoutes(app: Server, { store }: Context): void {
  app.get(
    '/fields',
    {
      schema: {
        ...answers('filters', 'Fields and protocols by name, to complete a filter', Fields),
        querystring: FieldsQuery,
      },
    },
    async ({ query }) => {
      const found = matching((query.text ?? '').toLowerCase());
      return { items: found.slice(0, query.limit ?? ROWS), total: found.length };
    },
  );

  app.get(
    '/filter/check',
    {
      schema: {
        ...answers(
          'filters',
          'Check a display filter: where it is wrong, and whether columns decide it',
          FilterCheck,
        ),
        querystring: FilterCheckQuery,
      },
    },
    async ({ query: { q, capture } }) => {
      if (q.trim() === '') return { is_valid: true, error: null, fields: [], needs_bytes: false };
      try {
        compileFilter(q);
        const { exact } = await store.protocolSummary({ filter: q, ...given('capture', capture) });
        return { is_valid: true, error: null, fields: fieldsIn(parseFilter(q)), needs_bytes: !exact };
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        const { message, at, length } = error;
        return {
          is_valid: false,
          error: { message, at, length, meant: meant(error) },
          fields: [],
          needs_bytes: false,
        };
      }
    },
  );
}

let known: readonly FieldRow[] | null = null;

/** Thousands of names, sorted; computed on first use. */
function all(): readonly FieldRow[] {
  known ??= [...[...fieldNames()].map(fieldRow), ...[...protocolNames()].map(protocolRow)]
    .filter(({ name }) => !name.startsWith('_rejected'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return known;
}

/** Names that begin with the text, then those that contain it. */
function matching(text: string): readonly FieldRow[] {
  if (text === '') return all();
  const beginning: FieldRow[] = [];
  const within: FieldRow[] = [];
  for (const row of all()) {
    const name = row.name.toLowerCase();
    if (name.startsWith(text)) beginning.push(row);
    else if (name.includes(text) || row.description.toLowerCase().includes(text)) within.push(row);
  }
  return [...beginning, ...within];
}

function fieldRow(name: string): FieldRow {
  const field = fieldNamed(name)!;
  return { name, kind: 'field', type: fieldTypeName(field), description: field.title };
}

function protocolRow(name: string): FieldRow {
  return { name, kind: 'protocol', type: 'protocol', description: protocolNamed(name)!.title };
}

/** The fields in a filter, each once, in order of appearance. */
function fieldsIn(expression: Expression): FieldRow[] {
  const found = new Map<string, FieldRow>();
  for (const operand of operandsOf(expression)) {
    if (operand.kind === 'field') found.set(operand.field.name, fieldRow(operand.field.name));
    else if (operand.kind === 'protocol')
      found.set(operand.protocol.name, protocolRow(operand.protocol.name));
  }
  return [...found.values()];
}

function operandsOf(e: Expression): Operand[] {
  switch (e.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return [...operandsOf(e.left), ...operandsOf(e.right)];
    case 'not':
      return operandsOf(e.of);
    case 'exists':
      return within(e.operand);
    case 'compare':
      return [...within(e.left), ...within(e.right)];
    case 'in':
      return [e.operand, ...e.ranges.flatMap(({ low, high }) => [low, high])].flatMap(within);
  }
}

function within(operand: Operand): Operand[] {
  switch (operand.kind) {
    case 'slice':
      return within(operand.of);
    case 'call':
      return operand.operands.flatMap(within);
    case 'arithmetic':
      return [...within(operand.left), ...within(operand.right)];
    default:
      return [operand];
  }
}
