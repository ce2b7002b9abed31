// What this browser remembers: theme, columns, panes, filters used lately. Never needed, so never in the way.
import { signal } from '@preact/signals';

function read<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`eyrie.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(`eyrie.${key}`, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the setting holds until the page is closed.
  }
}

/** A signal that is remembered. */
export function remembered<T>(key: string, otherwise: T) {
  const state = signal<T>(read(key, otherwise));
  return {
    get value(): T {
      return state.value;
    },
    set value(next: T) {
      state.value = next;
      write(key, next);
    },
  };
}

const RECENT_MAX = 20;
export const recentFilters = remembered<string[]>('filters', []);

export function rememberFilter(q: string): void {
  if (q === '' || recentFilters.value[0] === q) return;
  recentFilters.value = [q, ...recentFilters.value.filter((text) => text !== q)].slice(0, RECENT_MAX);
}

const KEPT_MAX = 50;
/** Saved filters, the newest first. */
export const keptFilters = remembered<string[]>('kept-filters', []);

/** @returns whether it is kept now */
export function toggleKept(q: string): boolean {
  const isKept = keptFilters.value.includes(q);
  const others = keptFilters.value.filter((text) => text !== q);
  keptFilters.value = isKept ? others : [q, ...others].slice(0, KEPT_MAX);
  return !isKept;
}

export type Theme = 'system' | 'light' | 'dark';
const { dataset } = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
/** As theme.ts found it. */
export const theme = signal<Theme>((dataset.themeChoice as Theme | undefined) ?? 'system');
/** Rises when colours have changed, for what is drawn on canvases. */
export const paint = signal(0);

function show(): void {
  dataset.theme = theme.value !== 'system' ? theme.value : dark.matches ? 'dark' : 'light';
  paint.value++;
}
dark.addEventListener('change', show);

export function setTheme(next: Theme): void {
  theme.value = next;
  if (next === 'system') localStorage.removeItem('eyrie.theme');
  else localStorage.setItem('eyrie.theme', next);
  show();
}

/** A colour of styles/tokens.css as it is now. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
