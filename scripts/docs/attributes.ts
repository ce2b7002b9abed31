// The reference page of peers' attributes, from their table.
import { shownAttributes } from '@eyrie/mesh/skyeye';
import { table } from './table.ts';

const HEAD = `# Attributes

Made by \`npm run docs\`. What every peer measures of its host, by the names that [queries](../queries.md), the view of the mesh
and /metrics use. A value outside of its bounds is refused, and counted; one that is not known is left out. A change of so much as
the last column says, whichever of both is more, is told to the whole mesh at once; a smaller one with the next report, every ten
seconds.

`;

export function attributesPage(): string {
  const rows = shownAttributes.map(({ name, unit, meaning, min, max, isMoreBetter, step, stepPart }) => [
    `\`${name}\``,
    unit === '' ? 'number' : unit,
    meaning,
    `${amount(min)} to ${amount(max)}`,
    isMoreBetter ? 'more' : 'less',
    [amount(step), ...(stepPart > 0 ? [`${stepPart * 100} %`] : [])].join(', '),
  ]);
  return `${HEAD}${table(['name', 'unit', 'what it is', 'bounds', 'better', 'told at once'], rows)}`;
}

function amount(value: number): string {
  return value >= 1e7 ? value.toExponential(2).replace('e+', 'e') : value.toLocaleString('en-US');
}
