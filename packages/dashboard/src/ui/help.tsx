// Help dialog: keyboard shortcuts and the colours of the protocol families.
import { useEffect, useRef } from 'preact/hooks';
import { FAMILIES, familyTitles } from '../families.ts';
import { colourRules } from '../state/colour-rules.ts';
import { PAGES, pageTitles } from '../state/place.ts';
import { Icon } from './icons.tsx';
import { helpOpen, PAGE_KEYS } from './shortcuts.ts';

const groups: [string, [string, string][]][] = [
  [
    'Everywhere',
    [
      ['/', 'write a display filter'],
      ...PAGES.map((page): [string, string] => [`g ${PAGE_KEYS[page]}`, pageTitles[page]]),
      ['Alt ←', 'undo the last filter or step'],
      ['?', 'this card'],
    ],
  ],
  [
    'Filter',
    [
      ['Tab', 'accept the completion'],
      ['↑ ↓', 'choose among completions'],
      ['Enter', 'apply'],
      ['Esc', 'restore the applied filter'],
    ],
  ],
  [
    'Packets',
    [
      ['↑ ↓', 'next packet'],
      ['PgUp PgDn', 'one screen'],
      ['Home End', 'first, last'],
      ['Enter', 'to the packet’s tree'],
      ['F6', 'next pane'],
      ['Shift F10', 'menu: follow, filter, copy, export'],
      ['.', 'next packet of the conversation'],
      [',', 'previous packet of the conversation'],
      ['f', 'follow the stream'],
      ['l', 'ladder and graphs of the conversation'],
      ['m', 'mark, or remove the mark'],
      ['n', 'next marked packet'],
      ['N', 'previous marked packet'],
      ['r', 'measure time from here'],
      ['t', 'follow new packets, pause'],
      ['Ctrl G', 'go to a number or a time'],
      ['Ctrl F', 'find a text, bytes, or what a filter lets pass'],
      ['F3', 'find the next; Shift F3, the previous'],
    ],
  ],
  [
    'Security',
    [
      ['n', 'next finding, the most severe first'],
      ['N', 'previous finding'],
    ],
  ],
  [
    'Charts and maps',
    [
      ['← →', 'move along'],
      ['Shift ← →', 'choose a range'],
      ['Enter', 'filter by it, open it'],
      ['Space', 'fold the subtree of a peer'],
      ['+ −', 'zoom a graph of a conversation'],
      ['0', 'its whole time again'],
    ],
  ],
  [
    'Tables',
    [
      ['↑ ↓', 'next row'],
      ['Enter', 'open it'],
      ['Shift F10', 'its menu'],
    ],
  ],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // Closed before it goes, so that the focus returns to where it was.
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog help"
      aria-labelledby="help-title"
      onClose={() => (helpOpen.value = false)}
    >
      <header class="dialog-head">
        <h2 id="help-title">Keys and colours</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => (helpOpen.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      <div class="help-groups">
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    {key.split(' ').map((part) => (
                      <kbd key={part}>{part}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>Colours</h3>
          <ul class="help-colours">
            {FAMILIES.map((family) => (
              <li key={family}>
                <span class={`dot family-${family}`} /> {familyTitles[family]}
              </li>
            ))}
          </ul>
          <h3>Rows that stand out</h3>
          <ul class="help-colours">
            {colourRules.value
              .filter(({ isOn }) => isOn)
              .map(({ name, look }) => (
                <li key={name} class={`rule-${look}`}>
                  <span class="cell-summary">{name}</span>
                </li>
              ))}
          </ul>
        </section>
      </div>
    </dialog>
  );
}
