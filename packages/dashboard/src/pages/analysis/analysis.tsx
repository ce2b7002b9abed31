// The Analysis page: an I/O graph, and what else is drawn from all packets that pass the filter.
import type { ComponentType } from 'preact';
import { linkTo, place } from '../../state/navigation.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import { later } from '../../ui/later.tsx';
import style from './analysis.lazy.css';
import type { OverviewName } from './overviews/titles.ts';

adoptStyle(style);

const overview = (name: OverviewName): ComponentType => {
  const Loaded = later(async () => (await import('./overviews/overview-page.tsx')).OverviewPage);
  return () => <Loaded name={name} />;
};

interface Tab {
  title: string;
  Shown: ComponentType;
}

/** By the address: `#/analysis/graph`; the first is shown without a name. */
const tabs: Readonly<Record<string, Tab>> = {
  graph: { title: 'I/O graph', Shown: later(async () => (await import('./graph/io-page.tsx')).IoPage) },
  files: { title: 'Files', Shown: later(async () => (await import('./files/files-page.tsx')).FilesPage) },
  dns: { title: 'DNS', Shown: overview('dns') },
  http: { title: 'HTTP', Shown: overview('http') },
  tls: { title: 'TLS', Shown: overview('tls') },
};

export function Analysis() {
  const { item } = place.value;
  const name = Object.hasOwn(tabs, item) ? item : 'graph';
  const { title, Shown } = tabs[name]!;
  return (
    <div class="analysis">
      {item !== '' && <h1 class="sr">{title}</h1>}
      <nav class="tabs" aria-label="Analyses">
        {Object.entries(tabs).map(([each, tab]) => (
          <a key={each} href={linkTo('analysis', each)} aria-current={each === name ? 'page' : undefined}>
            {tab.title}
          </a>
        ))}
      </nav>
      <Shown key={name} />
    </div>
  );
}
