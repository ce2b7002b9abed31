// Compiles a display filter's syntax tree into a predicate over packets.

import { isThere } from '../batch/marks.ts';
import { ascii, utf8 } from '../core/bytes.ts';
import { Collector } from '../core/collect.ts';
import { type Field, type FieldType, isOfConversation, needsReplies, type Value } from '../core/field.ts';
import { raw } from '../core/format.ts';
import type { Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import type { Comparison, Expression, Operand, SliceRange } from './ast.ts';
import { FilterError } from './error.ts';
import { type Constant, constant, isPrefix, textOfLiteral, utf8Bytes } from './literal.ts';
import { parseFilter } from './parser.ts';
import { patternOf } from './pattern.ts';
import { compare, holds, holdsBytes } from './values.ts';

export interface Predicate {
  (p: Packet): boolean;
  /** It reads fields that need `SessionOptions.timesConversations`. */
  readonly isTimed?: boolean;
  /** It reads no field that depends on request/response matching (`SessionOptions.matchReplies`). */
  readonly seesLayersOnly?: boolean;
  /** It reads fields that depend on packets of other conversations. */
  readonly needsAllPackets?: boolean;
}

/** @throws FilterError */
export function compileFilter(filter: string): Predicate {
  if (filter.trim() === '') return () => true;
  return compileExpression(parseFilter(filter), filter);
}

/**
 * Compiles part of a filter; `filter` is the whole text, for error messages.
 *
 * @throws FilterError
 */
export function compileExpression(expression: Expression, filter: string): Predicate {
  return new Compiler(filter).compile(expression);
}

/** Yields an operand's values. */
interface Source {
  readonly type: FieldType;
  /** Field whose value names apply; null if the operand is not a plain field. */
  readonly field: Field | null;
  readonly values: (p: Packet) => readonly Constant[];
}

class Compiler {
  readonly #filter: string;
  readonly #fields: Field[] = [];
  #collector: Collector | null = null;
  #isTimed = false;
  #seesLayersOnly = true;
  #needsAllPackets = false;

  constructor(filter: string) {
    this.#filter = filter;
  }

  compile(expression: Expression): Predicate {
    const test = this.#expression(expression);
    return Object.assign(this.#collected(test), {
      isTimed: this.#isTimed,
      seesLayersOnly: this.#seesLayersOnly,
      needsAllPackets: this.#needsAllPackets,
    });
  }

  #collected(test: Predicate): Predicate {
    if (this.#fields.length === 0) return test;
    const collector = new Collector(this.#fields);
    this.#collector = collector;
    return (p) => {
      collector.collect(p);
      return test(p);
    };
  }

  #expression(e: Expression): Predicate {
    switch (e.kind) {
      case 'and': {
        const [left, right] = [this.#expression(e.left), this.#expression(e.right)];
        return (p) => left(p) && right(p);
      }
      case 'or': {
        const [left, right] = [this.#expression(e.left), this.#expression(e.right)];
        return (p) => left(p) || right(p);
      }
      case 'xor': {
        const [left, right] = [this.#expression(e.left), this.#expression(e.right)];
        return (p) => left(p) !== right(p);
      }
      case 'not': {
        const of = this.#expression(e.of);
        return (p) => !of(p);
      }
      case 'exists':
        return this.#exists(e.operand);
      case 'compare':
        return this.#compare(e);
      case 'in':
        return this.#in(e);
    }
  }

  #exists(operand: Operand): Predicate {
    if (operand.kind === 'protocol') return hasProtocol(operand.protocol);
    const { values } = this.#source(operand, null);
    // `tcp.flags & 2` tests a bit, not whether the field is present.
    if (operand.kind === 'arithmetic') return (p) => values(p).some((value) => Number(value) !== 0);
    return (p) => values(p).length > 0;
  }

  #compare(e: Expression & { kind: 'compare' }): Predicate {
    const { left, right, comparison } = e;
    // A literal takes its type from the operand on the other side.
    const typed = left.kind === 'literal' ? right : left;
    // `contains` and `matches` search a layer with its payload; all else sees its header only, as in Wireshark.
    const isSearched = comparison === 'contains' || comparison === 'matches';
    const typedSource: Source =
      typed.kind === 'protocol' && isSearched
        ? { type: 'bytes', field: null, values: bytesOfLayers(typed.protocol, true) }
        : this.#source(typed, null);
    const a = left.kind === 'literal' ? this.#source(left, typedSource) : typedSource;
    const b =
      right.kind === 'literal' && comparison === 'matches'
        ? this.#pattern(right, typedSource)
        : this.#source(right, typedSource);
    const test = this.#test(comparison, a, right);
    const isAll =
      e.quantifier === 'all' || (e.quantifier === null && (comparison === '!=' || comparison === '==='));
    return (p) => {
      const lefts = a.values(p);
      const rights = b.values(p);
      if (lefts.length === 0 || rights.length === 0) return false;
      for (const x of lefts) for (const y of rights) if (test(x, y) !== isAll) return !isAll;
      return isAll;
    };
  }

  #in(e: Expression & { kind: 'in' }): Predicate {
    const of = this.#source(e.operand, null);
    const ranges = e.ranges.map(
      ({ low, high }) => [this.#source(low, of), low === high ? null : this.#source(high, of)] as const,
    );
    const isIn = (p: Packet, x: Constant): boolean =>
      ranges.some(([low, high]) =>
        high === null
          ? low.values(p).some((y) => holds('==', x, y))
          : low.values(p).some((y) => compare(x, y) >= 0) && high.values(p).some((y) => compare(x, y) <= 0),
      );
    if (e.quantifier === 'all')
      return (p) => of.values(p).length > 0 && of.values(p).every((x) => isIn(p, x));
    return (p) => of.values(p).some((x) => isIn(p, x));
  }

  #test(comparison: Comparison, a: Source, right: Operand): (x: Constant, y: Constant) => boolean {
    if (comparison === 'contains') return holdsBytes;
    if (comparison === 'matches')
      return (x, y) =>
        (y as unknown as RegExp).test(
          x instanceof Uint8Array && a.type === 'bytes' ? ascii(x, 0, x.length) : textOf(a, x),
        );
    if (a.type === 'none')
      throw this.#error(right, 'this field has no value to compare; test whether it exists');
    const operator = comparison === '===' ? '==' : comparison === '!==' ? '!=' : comparison;
    return (x, y) => holds(operator, x, y);
  }

  #pattern(literal: Operand & { kind: 'literal' }, searched: Source): Source {
    let pattern: RegExp;
    try {
      // A pattern matches bytes in byte fields, and characters in text.
      pattern = patternOf(searched.type === 'bytes' ? literal.text : textOfLiteral(literal));
    } catch (error) {
      throw this.#error(
        literal,
        `this regular expression can't be used: ${(error as Error).message.replace(/^.*: /, '')}`,
      );
    }
    const values = [pattern as unknown as Value];
    return { type: 'text', field: null, values: () => values };
  }

  /** `other`: the operand that a literal is compared with. */
  #source(operand: Operand, other: Source | null): Source {
    switch (operand.kind) {
      case 'field': {
        const values = this.#slot(operand.field);
        return { type: operand.field.type, field: operand.field, values };
      }
      case 'protocol':
        return { type: 'bytes', field: null, values: bytesOfLayers(operand.protocol, false) };
      case 'literal':
        return this.#literal(operand, other);
      case 'layers':
        return this.#layers(operand);
      case 'slice':
        return this.#slice(operand);
      case 'call':
        return this.#call(operand, other);
      case 'arithmetic':
        return this.#arithmetic(operand, other);
    }
  }

  #note(field: Field): void {
    this.#isTimed ||= field.isTimed;
    this.#seesLayersOnly &&= !needsReplies(field);
    this.#needsAllPackets ||= !isOfConversation(field);
  }

  #slot(field: Field): (p: Packet) => readonly Value[] {
    this.#note(field);
    let slot = this.#fields.indexOf(field);
    if (slot < 0) slot = this.#fields.push(field) - 1;
    const values = (): readonly Value[] => this.#collector!.values[slot]!;
    // Durations are compared in nanoseconds, in whichever unit the protocol keeps them.
    return field.type === 'seconds' ? () => values().map(nanoseconds) : values;
  }

  #literal(operand: Operand & { kind: 'literal' }, other: Source | null): Source {
    const type = other?.type ?? 'uint';
    const value = constant(operand, type, other?.field ?? null);
    if (typeof value === 'object' && 'error' in value) throw this.#error(operand, value.error);
    const values = [value];
    return { type, field: null, values: () => values };
  }

  #slice(operand: Operand & { kind: 'slice' }): Source {
    const of = this.#source(operand.of, null);
    const { ranges } = operand;
    return {
      type: 'bytes',
      field: null,
      values: (p) =>
        of.values(p).flatMap((value) => {
          const bytes = cut(bytesOf(value), ranges);
          return bytes === null ? [] : [bytes];
        }),
    };
  }

  #layers({ field, ranges }: Operand & { kind: 'layers' }): Source {
    this.#note(field);
    const collector = new Collector([field]);
    const parts = field.of.length > 0 ? field.of : [field];
    const owners = new Set(parts.flatMap((part) => part.owners.map(({ name }) => name)));
    const values = (p: Packet): readonly Constant[] => {
      const layers: number[] = [];
      for (let i = 0; i < p.count; i++) if (owners.has(p.protocols[i]!.name) && isThere(p, i)) layers.push(i);
      return layers.flatMap((layer, i) => {
        if (!ranges.some((range) => isWithin(range, i + 1, layers.length))) return [];
        collector.collectLayer(p, layer);
        const found = collector.values[0]!;
        return field.type === 'seconds' ? found.map(nanoseconds) : [...found];
      });
    };
    return { type: field.type, field, values };
  }

  #call(operand: Operand & { kind: 'call' }, other: Source | null): Source {
    const sources = operand.operands.map((each) => this.#source(each, other));
    const of = sources[0]!;
    if ((operand.name === 'upper' || operand.name === 'lower') && !['text', 'bytes'].includes(of.type))
      throw this.#error(operand, `${operand.name}() takes text; string() makes it of other values`);
    const mapped = (type: FieldType, map: (value: Constant) => Constant): Source => ({
      type,
      field: null,
      values: (p) => of.values(p).map(map),
    });
    switch (operand.name) {
      case 'upper':
        return mapped('text', (value) => textOf(of, value).toUpperCase());
      case 'lower':
        return mapped('text', (value) => textOf(of, value).toLowerCase());
      case 'string':
        return mapped('text', (value) => textOf(of, value));
      case 'len':
        return mapped('uint', (value) => lengthOf(of, value));
      case 'abs':
        return mapped(of.type, (value) => Math.abs(Number(value)));
      case 'count': {
        const values = (p: Packet): number[] => (of.values(p).length === 0 ? [] : [of.values(p).length]);
        return { type: 'uint', field: null, values };
      }
      default: {
        const pick = operand.name === 'max' ? Math.max : Math.min;
        const all = (p: Packet): Constant[] => sources.flatMap((each) => each.values(p));
        return { type: of.type, field: null, values: (p) => extreme(all(p), pick) };
      }
    }
  }

  #arithmetic(operand: Operand & { kind: 'arithmetic' }, other: Source | null): Source {
    const left = this.#source(operand.left, other);
    const right = this.#source(operand.right, left);
    const calculate = CALCULATE[operand.operator]!;
    return {
      type: left.type === 'bytes' ? 'uint' : left.type,
      field: null,
      values: (p) =>
        left
          .values(p)
          .flatMap((x) => right.values(p).map((y) => calculate(numberOf(x), numberOf(y))))
          .filter((value) => !Number.isNaN(value)),
    };
  }

  #error(operand: Operand, message: string): FilterError {
    return new FilterError(message, this.#filter, operand.at, operand.length);
  }
}

function nanoseconds(value: Value): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.round(Number(value) * 1e9));
}

const CALCULATE: Readonly<Record<string, (x: number, y: number) => number>> = {
  // JavaScript's & would drop the bits beyond 32.
  '&': (x, y) =>
    Number.isFinite(x + y) ? Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y))) : Number.NaN,
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => (y === 0 ? Number.NaN : Math.trunc(x / y)),
  '%': (x, y) => (y === 0 ? Number.NaN : x % y),
};

function extreme(values: readonly Constant[], pick: (...numbers: number[]) => number): Constant[] {
  return values.length === 0 ? [] : [pick(...values.map(Number))];
}

function hasProtocol(protocol: Protocol): Predicate {
  // Several protocol objects may share a name (one protocol over several transports); they count as one.
  const { id, name } = protocol;
  return (p) => {
    for (let i = 0; i < p.count; i++)
      if ((p.proto[i] === id || p.protocols[i]!.name === name) && isThere(p, i)) return true;
    return false;
  };
}

/** The bytes of each of a protocol's layers: its header, or header and payload. */
function bytesOfLayers({ name }: Protocol, withPayload: boolean): (p: Packet) => Uint8Array[] {
  return (p) => {
    const found: Uint8Array[] = [];
    for (let i = 0; i < p.count; i++) {
      if (p.protocols[i]!.name !== name || !isThere(p, i)) continue;
      // The frame's header comprises the whole frame.
      const end = withPayload || i === 0 ? p.stop[i]! : p.payload[i]!;
      found.push(p.bufferOf(i).subarray(p.start[i]!, end));
    }
    return found;
  };
}

/** The slices, concatenated; null if one extends beyond the end. */
function cut(bytes: Uint8Array, ranges: readonly SliceRange[]): Uint8Array | null {
  const parts: number[] = [];
  for (const range of ranges) {
    const start = range.start < 0 ? bytes.length + range.start : range.start;
    const end = range.end === null ? bytes.length : range.end < 0 ? bytes.length + range.end : range.end;
    if (start < 0 || end > bytes.length || start >= end) return null;
    if (ranges.length === 1) return bytes.subarray(start, end);
    parts.push(...bytes.subarray(start, end));
  }
  return Uint8Array.from(parts);
}

/** Whether layer number `layer` (from 1) of `count` is in the range, which may count from the last one. */
function isWithin({ start, end }: SliceRange, layer: number, count: number): boolean {
  const at = start < 0 ? layer - count - 1 : layer;
  return at >= start && (end === null || at < end);
}

/** Bytes count as one big-endian number; text is not a number. */
function numberOf(value: Constant): number {
  if (!(value instanceof Uint8Array)) return typeof value === 'string' ? Number.NaN : Number(value);
  return value.reduce((sum, byte) => sum * 256 + byte, 0);
}

function textOf(source: Source, value: Constant): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array && source.type === 'bytes') return utf8(value, 0, value.length);
  return source.field === null || isPrefix(value) ? String(value) : raw(source.field, value);
}

function bytesOf(value: Constant): Uint8Array {
  return value instanceof Uint8Array ? value : utf8Bytes(String(value));
}

function lengthOf(source: Source, value: Constant): number {
  if (value instanceof Uint8Array) return value.length;
  return source.type === 'text' ? utf8Bytes(String(value)).length : (source.field?.width ?? 0);
}
