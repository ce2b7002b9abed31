// Completions at the caret: field names, operators and connectives; in an empty field, kept and recent filters.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Fields } from '../../api/types.ts';
import { JOINTS, OPERATORS, type Position, positionAt } from '../../state/completion.ts';
import { keptFilters, recentFilters } from '../../state/settings.ts';

const COMPLETE_MS = 60;
const CHOICES_MAX = 12;
/** Recent filters offered even if many are kept. */
const RECENT_MIN = 4;

export interface Choice {
  text: string;
  type: string;
  description: string;
  /** A complete filter, which is applied when chosen. */
  isWhole?: boolean;
}

export interface Choices {
  list: readonly Choice[];
  /** Index in the list, -1 for none. */
  chosen: number;
  choose: (at: number) => void;
  /** What is being typed at the caret. */
  position: Position;
  close: () => void;
}

/** @param caret -1: the field is not focused */
export function useChoices(text: string, caret: number): Choices {
  const [found, setFound] = useState<readonly Choice[]>([]);
  const [chosen, choose] = useState(-1);
  const position: Position = useMemo(
    () => (caret < 0 ? { kind: 'none' } : positionAt(text, caret)),
    [text, caret],
  );
  const isActive = caret >= 0 && position.kind !== 'none';
  const key = isActive ? `${position.kind} ${position.text} ${text === ''}` : '';
  useEffect(() => {
    const show = (choices: readonly Choice[]) => {
      setFound(choices);
      choose(-1);
    };
    const here = key === '' ? [] : choicesHere(text, position);
    if (here !== null) return show(here);
    const control = new AbortController();
    const timer = setTimeout(() => fieldsLike(position, control.signal).then(show, () => {}), COMPLETE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
  // Typing is faster than the answers: choices for a shorter prefix are narrowed meanwhile.
  const list = useMemo(() => found.filter((choice) => fits(choice, position)), [found, position]);
  return { list: caret >= 0 ? list : [], chosen, choose, position, close: () => setFound([]) };
}

/** Choices known without a request; null for field names, which the server knows. */
function choicesHere(text: string, position: Position): readonly Choice[] | null {
  if (text === '') return ownFilters();
  if (position.kind === 'none') return [];
  if (position.kind === 'name') return position.text === '' ? [] : null;
  const words = position.kind === 'operator' ? OPERATORS : JOINTS;
  return words
    .filter(([word]) => word.startsWith(position.text) && word !== position.text)
    .map(([word, description]) => ({ text: word, type: '', description }));
}

/** All kept filters, as this is the only way to them, then recent ones. */
function ownFilters(): readonly Choice[] {
  const kept = keptFilters.value;
  const recent = recentFilters.value.filter((q) => !kept.includes(q));
  const choice = (type: string) => (q: string) => ({ text: q, type, description: '', isWhole: true });
  const left = Math.max(RECENT_MIN, CHOICES_MAX - kept.length);
  return [...kept.map(choice('kept')), ...recent.slice(0, left).map(choice('recent'))];
}

async function fieldsLike(position: Position, signal: AbortSignal): Promise<readonly Choice[]> {
  const text = position.kind === 'none' ? '' : position.text;
  const { items } = await get<Fields>('/fields', { text, limit: CHOICES_MAX }, signal);
  return items
    .filter(({ name }) => items.length > 1 || name !== text)
    .map(({ name, type, description }) => ({ text: name, type, description }));
}

function fits({ text, description }: Choice, position: Position): boolean {
  if (position.kind !== 'name') return true;
  return `${text} ${description}`.toLowerCase().includes(position.text.toLowerCase());
}
