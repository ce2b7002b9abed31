// Editor of the colour rules; the first matching rule applies.
import { useEffect, useRef } from 'preact/hooks';
import { type ColourRule, LOOKS, type Look, RULES_MAX } from '../../list/colours.ts';
import { ROW_FIELDS, rowFilter } from '../../list/row-filter.ts';
import { colourRules, colourRulesOpen, setColourRules } from '../../state/colour-rules.ts';
import { Icon } from '../../ui/icons.tsx';

const lookNames: Record<Look, string> = {
  bad: 'Red',
  warn: 'Amber',
  good: 'Green',
  mark: 'Blue',
  begin: 'Green text',
  quiet: 'Faint',
};

export function ColourRules() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const rules = colourRules.value;
  const change = (at: number, part: Partial<ColourRule>) =>
    setColourRules(rules.map((rule, i) => (i === at ? { ...rule, ...part } : rule)));
  const move = (at: number, by: number) => {
    const next = [...rules];
    next.splice(at + by, 0, ...next.splice(at, 1));
    setColourRules(next);
  };
  return (
    <dialog
      ref={dialog}
      class="dialog colour-rules"
      aria-labelledby="colour-rules-title"
      onClose={() => (colourRulesOpen.value = false)}
    >
      <header class="dialog-head">
        <h2 id="colour-rules-title">Colour rules</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </header>
      <p class="colour-rules-note quiet">
        The first rule that holds decides. Rules look at what stands in a row:{' '}
        {ROW_FIELDS.slice(0, 6).join(', ')} …, or a protocol’s name alone.
      </p>
      <ol class="colour-rules-list">
        {rules.map((rule, i) => (
          <Line
            key={i}
            rule={rule}
            isFirst={i === 0}
            isLast={i === rules.length - 1}
            onChange={(part) => change(i, part)}
            onMove={(by) => move(i, by)}
            onRemove={() => setColourRules(rules.filter((_, at) => at !== i))}
          />
        ))}
      </ol>
      <footer class="colour-rules-foot">
        <button
          type="button"
          class="button"
          disabled={rules.length >= RULES_MAX}
          onClick={() =>
            setColourRules([{ name: 'My rule', filter: '', look: 'mark', isOn: true }, ...rules])
          }
        >
          Add a rule
        </button>
        <button type="button" class="button" onClick={() => setColourRules(null)}>
          Restore defaults
        </button>
      </footer>
    </dialog>
  );
}

interface LineProps {
  rule: ColourRule;
  isFirst: boolean;
  isLast: boolean;
  onChange: (part: Partial<ColourRule>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function Line({ rule, isFirst, isLast, onChange, onMove, onRemove }: LineProps) {
  const problem = rowFilter(rule.filter);
  const isWrong = typeof problem === 'string';
  return (
    <li class={rule.isOn ? '' : 'off'}>
      <input
        type="checkbox"
        checked={rule.isOn}
        aria-label={`${rule.name} holds`}
        onChange={(event) => onChange({ isOn: event.currentTarget.checked })}
      />
      <input
        class="field"
        aria-label="Name"
        value={rule.name}
        onInput={(event) => onChange({ name: event.currentTarget.value })}
      />
      <select
        class={`field rule-${rule.look}`}
        aria-label={`Colour of ${rule.name}`}
        value={rule.look}
        onChange={(event) => onChange({ look: event.currentTarget.value as Look })}
      >
        {LOOKS.map((look) => (
          <option key={look} value={look}>
            {lookNames[look]}
          </option>
        ))}
      </select>
      <span class="colour-rules-moves">
        <button
          type="button"
          class="icon-button"
          aria-label="Up"
          disabled={isFirst}
          onClick={() => onMove(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Down"
          disabled={isLast}
          onClick={() => onMove(1)}
        >
          ↓
        </button>
        <button type="button" class="icon-button" aria-label={`Remove ${rule.name}`} onClick={onRemove}>
          <Icon name="trash" size={14} />
        </button>
      </span>
      <input
        class="field mono colour-rules-filter"
        aria-label={`Filter of ${rule.name}`}
        aria-invalid={isWrong}
        spellcheck={false}
        value={rule.filter}
        onInput={(event) => onChange({ filter: event.currentTarget.value })}
      />
      {isWrong && <p class="colour-rules-problem">{problem}</p>}
    </li>
  );
}
