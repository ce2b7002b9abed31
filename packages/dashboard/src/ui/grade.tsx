// A grade as a word and a colour, so that nobody depends on the colour.
import type { RuleSeverity } from '../api/types.ts';

export function Grade({ of }: { of: RuleSeverity }) {
  return <span class={`grade grade-${of}`}>{of}</span>;
}
