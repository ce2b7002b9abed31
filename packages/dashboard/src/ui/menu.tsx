// The context menu, opened by the right button, Shift F10 or a button; one at a time.
import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';

export type MenuItem =
  | {
      label: string;
      hint?: string;
      run: () => void;
      isDisabled?: boolean;
      /** For items with a check mark: whether it is set. */
      isOn?: boolean;
    }
  | { heading: string }
  | 'separator';

interface Open {
  x: number;
  y: number;
  items: MenuItem[];
  before: Element | null;
}

const open = signal<Open | null>(null);

/** Opens at the pointer, or below the element if a key was pressed. */
export function openMenu(event: MouseEvent | KeyboardEvent, items: MenuItem[], anchor?: Element): void {
  event.preventDefault();
  event.stopPropagation();
  let x = 'clientX' in event ? event.clientX : 0;
  let y = 'clientY' in event ? event.clientY : 0;
  const element = anchor ?? (event.target as Element);
  if ((x === 0 && y === 0) || anchor !== undefined) {
    const box = element.getBoundingClientRect();
    x = box.left + Math.min(24, box.width / 2);
    y = box.bottom;
  }
  open.value = { x, y, items, before: document.activeElement };
}

function close(): void {
  const before = open.value?.before as HTMLElement | null;
  open.value = null;
  before?.focus?.();
}

export function Menu() {
  const now = open.value;
  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (now === null) return;
    const element = list.current!;
    element.style.left = `${Math.max(4, Math.min(now.x, innerWidth - element.offsetWidth - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(now.y, innerHeight - element.offsetHeight - 4))}px`;
    element.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }, [now]);

  useEffect(() => {
    if (now === null) return;
    const outside = (event: Event) => {
      if (!list.current?.contains(event.target as Node)) open.value = null;
    };
    // Navigation closes the menu without restoring the focus.
    const away = () => (open.value = null);
    addEventListener('pointerdown', outside, true);
    addEventListener('resize', close);
    addEventListener('popstate', away);
    return () => {
      removeEventListener('pointerdown', outside, true);
      removeEventListener('resize', close);
      removeEventListener('popstate', away);
    };
  }, [now]);

  if (now === null) return null;
  const hasTicks = now.items.some((item) => typeof item === 'object' && 'isOn' in item);
  return (
    <div ref={list} class="menu" role="menu" onKeyDown={onKey}>
      {now.items.map((item, i) => {
        if (item === 'separator') return <hr key={i} />;
        if ('heading' in item) {
          return (
            <p key={i} class="menu-heading">
              {item.heading}
            </p>
          );
        }
        const run = () => {
          close();
          item.run();
        };
        return (
          <button
            key={i}
            type="button"
            {...roleOf(item)}
            tabIndex={-1}
            disabled={item.isDisabled ?? false}
            onPointerMove={(event) => event.currentTarget.focus()}
            onClick={run}
          >
            {hasTicks && (
              <span class="menu-tick">{item.isOn === true && <Icon name="check" size={13} />}</span>
            )}
            <span class="menu-label">{item.label}</span>
            {item.hint && <span class="menu-hint">{item.hint}</span>}
          </button>
        );
      })}
    </div>
  );
}

/** The ARIA role; items with a check mark also have a state. */
function roleOf({ isOn }: { isOn?: boolean }) {
  return isOn === undefined
    ? ({ role: 'menuitem' } as const)
    : ({ role: 'menuitemcheckbox', 'aria-checked': isOn } as const);
}

function onKey(event: KeyboardEvent): void {
  const items = [
    ...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)'),
  ];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: items.length - 1,
  };
  if (event.key === 'Escape' || event.key === 'Tab') close();
  else if (event.key in steps) items[(steps[event.key]! + items.length) % items.length]?.focus();
  else if (event.key.length === 1 && /\S/.test(event.key)) {
    const wanted = event.key.toLowerCase();
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    order.find((item) => item.textContent!.toLowerCase().startsWith(wanted))?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
