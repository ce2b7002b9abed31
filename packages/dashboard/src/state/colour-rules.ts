// The colour rules of this browser, and what they make of a row.
import { computed, signal } from '@preact/signals';
import { type ColourRule, DEFAULT_RULES, LOOKS, RULES_MAX, ruleFinder } from '../list/colours.ts';
import { remembered } from './settings.ts';

const kept = remembered<readonly ColourRule[] | null>('colour-rules', null);

/** What an older page or a hand has written is looked at before it is used. */
function isRule(value: unknown): value is ColourRule {
  const { name, filter, look, isOn } = (value ?? {}) as ColourRule;
  return (
    typeof name === 'string' &&
    typeof filter === 'string' &&
    typeof isOn === 'boolean' &&
    LOOKS.includes(look)
  );
}

export const colourRules = computed<readonly ColourRule[]>(() => {
  const rules = kept.value;
  return Array.isArray(rules) ? rules.filter(isRule).slice(0, RULES_MAX) : DEFAULT_RULES;
});

/** Null: those that come with the page. */
export function setColourRules(rules: readonly ColourRule[] | null): void {
  kept.value = rules;
}

/** What decides the colour of a row. */
export const ruleFor = computed(() => ruleFinder(colourRules.value));
export const colourRulesOpen = signal(false);
