// A severity grade as a word and a colour, so that it does not depend on colour alone.
import type { RuleSeverity } from '../api/types.ts';

export function Grade({ of }: { of: RuleSeverity }) {
  return <span class={`grade grade-${of}`}>{of}</span>;
}
