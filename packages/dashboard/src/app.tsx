// The frame around every page: navigation, filter bar, what is wrong with the connection.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Overview } from './pages/overview/overview.tsx';
import { page, place } from './state/navigation.ts';
import { PAGES, type PageName, pageTitles } from './state/place.ts';
import { Announcer } from './ui/announce.tsx';
import { Confirm } from './ui/confirm.tsx';
import { ConnectionBanner } from './ui/connection-banner.tsx';
import { DropZone } from './ui/drop-zone.tsx';
import { FilterBar } from './ui/filter-bar.tsx';
import { Header } from './ui/header.tsx';
import { Help } from './ui/help.tsx';
import { Menu } from './ui/menu.tsx';
import { useShortcuts } from './ui/shortcuts.ts';
import { Failure, Loading } from './ui/states.tsx';

type Page = ComponentType;

/** The first page comes with the rest, the others when they are asked for. */
const loaders: Record<Exclude<PageName, 'overview'>, () => Promise<Page>> = {
  packets: async () => (await import('./pages/packets/packets.tsx')).Packets,
  flows: async () => (await import('./pages/flows/flows.tsx')).Flows,
  hosts: async () => (await import('./pages/hosts/hosts.tsx')).Hosts,
  mesh: async () => (await import('./pages/mesh/mesh.tsx')).MeshPage,
  time: async () => (await import('./pages/time/time.tsx')).TimePage,
  security: async () => (await import('./pages/security/security.tsx')).Security,
  captures: async () => (await import('./pages/captures/captures.tsx')).Captures,
  status: async () => (await import('./pages/status/status.tsx')).StatusPage,
};
const loaded: Partial<Record<PageName, Page>> = { overview: Overview };

/** Pages about packets have the filter bar. */
const WITH_FILTER = new Set<PageName>(['overview', 'packets', 'flows', 'hosts']);

export function App() {
  const name = page.value;
  useShortcuts();
  useEffect(() => {
    document.title = name === 'overview' ? 'Eyrie' : `${pageTitles[name]} · Eyrie`;
  }, [name]);
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Header />
      {WITH_FILTER.has(name) && <FilterBar />}
      <ConnectionBanner />
      <main id="main" tabIndex={-1} class={`page page-${name}`}>
        {place.value.item === '' && <h1 class="sr">{pageTitles[name]}</h1>}
        <CurrentPage name={name} />
      </main>
      <Menu />
      <Help />
      <Confirm />
      <DropZone />
      <Announcer />
    </>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function CurrentPage({ name }: { name: PageName }) {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState(false);
  const wanted = useRef(name);
  wanted.current = name;
  const Found = loaded[name];
  useEffect(() => {
    setFailed(false);
    if (name === 'overview' || loaded[name] !== undefined) return;
    loaders[name]().then(
      (component) => {
        loaded[name] = component;
        if (wanted.current === name) redraw((n) => n + 1);
      },
      () => setFailed(true),
    );
  }, [name]);
  if (Found !== undefined) return <Found key={name} />;
  if (failed) {
    return (
      <Failure
        title="This page could not be loaded"
        text="The server did not send it."
        onRetry={() => location.reload()}
      />
    );
  }
  return <Loading />;
}

/** Once the first page stands, the others are fetched, so that going there takes no time. */
export function prefetchPages(): void {
  for (const name of PAGES)
    if (name !== 'overview')
      void loaders[name]().then(
        (found) => (loaded[name] = found),
        () => {},
      );
}
