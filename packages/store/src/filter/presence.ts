// Which packets have a protocol or a field at all, by the names of their layers.
import { MALFORMED, type Operand, SHORT, UNLISTED } from '@eyrie/dissect';
import { and, type Bounds, exactly, or, type Sql, TRUE } from './condition.ts';
import type { Vocabulary } from './vocabulary.ts';

const hasUnlisted = `(marks & ${UNLISTED}) <> 0`;

/** Layers that say something of other layers' fields, whichever these are. */
const EVERYWHERE = new Set(['frame', '_ws.expert']);

export function protocolIn(name: string, vocabulary: Vocabulary): Bounds {
  if (name === 'frame') return exactly(TRUE);
  if (name === '_ws.malformed') return exactly(`(marks & ${MALFORMED}) <> 0`);
  if (name === '_ws.short') return exactly(`(marks & ${SHORT}) <> 0`);
  const lower = vocabulary.layersLike((layers) => layers.includes(name));
  return { lower, upper: or(lower, hasUnlisted) };
}

/** Rows in which an operand may have a value. */
export function mayHave(operand: Operand, vocabulary: Vocabulary): Sql {
  switch (operand.kind) {
    case 'literal':
      return TRUE;
    case 'protocol':
      return protocolIn(operand.protocol.name, vocabulary).upper;
    case 'slice':
      return mayHave(operand.of, vocabulary);
    case 'arithmetic':
      return and(mayHave(operand.left, vocabulary), mayHave(operand.right, vocabulary));
    case 'call':
      return or(...operand.operands.map((each) => mayHave(each, vocabulary)));
    case 'field': {
      const { field } = operand;
      const owners = [field, ...field.of].flatMap((each) => each.owners.map(({ name }) => name));
      if (owners.length === 0 || owners.some((name) => EVERYWHERE.has(name))) return TRUE;
      return or(...[...new Set(owners)].map((name) => protocolIn(name, vocabulary).upper));
    }
  }
}
