// The head of a page about one thing (a host, a flow): the way back, its name, figures and actions.
import type { ComponentChildren } from 'preact';
import { linkTo } from '../state/navigation.ts';
import type { PageName } from '../state/place.ts';
import { Icon } from './icons.tsx';

interface Props {
  /** The list that it belongs to, and the label of the link. */
  back: readonly [PageName, string];
  title: ComponentChildren;
  note: ComponentChildren;
  figures: readonly (readonly [name: string, value: string])[];
  /** Buttons on the right. */
  children: ComponentChildren;
}

export function ItemHead({ back: [page, label], title, note, figures, children }: Props) {
  return (
    <header class="item-head">
      <a class="icon-button" href={linkTo(page)} aria-label={label}>
        <span class="item-back">
          <Icon name="right" />
        </span>
      </a>
      <div>
        <h1>{title}</h1>
        <p class="quiet">{note}</p>
      </div>
      <dl class="item-figures num">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="item-tools">{children}</div>
    </header>
  );
}
