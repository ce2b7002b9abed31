// Presence of protocols and fields, by the layers of a packet.
import { MALFORMED, type Operand, SHORT } from '@eyrie/dissect';
import { and, or, type Sql, TRUE } from './condition.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Layers that may contribute fields of any other layer. */
const EVERYWHERE = new Set(['frame', '_ws.expert']);

export function protocolIn(name: string, vocabulary: Vocabulary): Sql {
  if (name === 'frame') return TRUE;
  if (name === '_ws.malformed') return `(marks & ${MALFORMED}) <> 0`;
  if (name === '_ws.short') return `(marks & ${SHORT}) <> 0`;
  return vocabulary.layersLike((layers) => layers.includes(name));
}

/** A layer still being reassembled has bytes already. */
function bytesOf(name: string, vocabulary: Vocabulary): Sql {
  return or(
    protocolIn(name, vocabulary),
    vocabulary.layersLike((layers) => layers.includes(`?${name}`)),
  );
}

/** Rows in which an operand may have a value. */
export function mayHave(operand: Operand, vocabulary: Vocabulary): Sql {
  switch (operand.kind) {
    case 'literal':
      return TRUE;
    case 'protocol':
      return bytesOf(operand.protocol.name, vocabulary);
    case 'slice':
      return mayHave(operand.of, vocabulary);
    case 'arithmetic':
      return and(mayHave(operand.left, vocabulary), mayHave(operand.right, vocabulary));
    case 'call':
      return or(...operand.operands.map((each) => mayHave(each, vocabulary)));
    case 'layers':
    case 'field': {
      const { field } = operand;
      const owners = [field, ...field.of].flatMap((each) => each.owners.map(({ name }) => name));
      if (owners.length === 0 || owners.some((name) => EVERYWHERE.has(name))) return TRUE;
      return or(...[...new Set(owners)].map((name) => protocolIn(name, vocabulary)));
    }
  }
}
