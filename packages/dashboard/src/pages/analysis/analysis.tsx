// The Analysis page: an I/O graph, and what else is drawn from all packets that pass the filter.
import type { ComponentType } from 'preact';
import { linkTo, place } from '../../state/navigation.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import style from './analysis.lazy.css';
import filesStyle from './files/files.lazy.css';
import { FilesPage } from './files/files-page.tsx';
import graphStyle from './graph/graph.lazy.css';
import { IoPage } from './graph/io-page.tsx';
import { OverviewPage } from './overviews/overview-page.tsx';
import overviewsStyle from './overviews/overviews.lazy.css';

for (const each of [style, graphStyle, filesStyle, overviewsStyle]) adoptStyle(each);

interface Tab {
  title: string;
  Shown: ComponentType;
}

/** By the address: `#/analysis/graph`; the first is shown without a name. */
const tabs: Readonly<Record<string, Tab>> = {
  graph: { title: 'I/O graph', Shown: IoPage },
  files: { title: 'Files', Shown: FilesPage },
  dns: { title: 'DNS', Shown: () => <OverviewPage name="dns" /> },
  http: { title: 'HTTP', Shown: () => <OverviewPage name="http" /> },
  tls: { title: 'TLS', Shown: () => <OverviewPage name="tls" /> },
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
