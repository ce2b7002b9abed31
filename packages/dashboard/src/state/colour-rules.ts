// The colour rules stored in this browser, compiled to a function of rows.
import { computed, signal } from '@preact/signals';
import { type ColourRule, DEFAULT_RULES, LOOKS, RULES_MAX, ruleFinder } from '../list/colours.ts';
import { remembered } from './settings.ts';

const kept = remembered<readonly ColourRule[] | null>('colour-rules', null);

/** Validates stored rules, which an older version or the user may have written. */
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

/** Stores the rules; null restores the defaults. */
export function setColourRules(rules: readonly ColourRule[] | null): void {
  kept.value = rules;
}

/** The function that finds the rule for a row. */
export const ruleFor = computed(() => ruleFinder(colourRules.value));
export const colourRulesOpen = signal(false);
