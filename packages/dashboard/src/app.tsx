// The frame around every page: navigation, filter bar, connection banner and dialogs.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Overview } from './pages/overview/overview.tsx';
import { page, place } from './state/navigation.ts';
import { type PageName, pageTitles } from './state/place.ts';
import { Announcer } from './ui/announce.tsx';
import { Confirm } from './ui/confirm.tsx';
import { ConnectionBanner } from './ui/connection-banner.tsx';
import { DropZone } from './ui/drop-zone.tsx';
import { FilterBar } from './ui/filter/filter-bar.tsx';
import { Header } from './ui/header.tsx';
import { later } from './ui/later.tsx';
import { Menu } from './ui/menu.tsx';
import { helpOpen, useShortcuts } from './ui/shortcuts.ts';
import { Failure, Loading } from './ui/states.tsx';

/** The overview is part of the first bundle; the other pages are loaded when one of them is opened. */
const pages: Partial<Record<PageName, ComponentType>> = { overview: Overview };

async function loadOthers(): Promise<void> {
  Object.assign(pages, (await import('./pages/others.ts')).others);
}

const Help = later(async () => (await import('./pages/opened.ts')).Help, true);
const Follow = later(async () => (await import('./pages/opened.ts')).Follow, true);

/** Pages that show the filter bar. */
const WITH_FILTER = new Set<PageName>(['overview', 'packets', 'flows', 'hosts', 'analysis', 'security']);

export function App() {
  const name = page.value;
  const { item, view } = place.value;
  const followed = Number(view.follow);
  useShortcuts();
  useEffect(() => {
    document.title = name === 'overview' ? 'Eyrie' : `${pageTitles[name]} · Eyrie`;
  }, [name]);
  useFocusKept(`${name}/${item}`);
  useDialogsOfPlace();
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Header />
      {WITH_FILTER.has(name) && <FilterBar />}
      <ConnectionBanner />
      <main id="main" tabIndex={-1} class={`page page-${name}`}>
        {item === '' && <h1 class="sr">{pageTitles[name]}</h1>}
        <CurrentPage name={name} />
        <Menu />
      </main>
      {Number.isSafeInteger(followed) && followed > 0 && <Follow key={followed} flow={followed} />}
      {helpOpen.value && <Help />}
      <Confirm />
      <DropZone />
      <Announcer />
    </>
  );
}

/** Another page: the element with the focus may have been removed. Keys and screen readers then go on at the page, not at the top. */
function useFocusKept(shown: string): void {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    if (document.activeElement === document.body)
      document.getElementById('main')?.focus({ preventScroll: true });
  }, [shown]);
}

/** Back, or another address: a dialog was opened over the place before it. */
function useDialogsOfPlace(): void {
  useEffect(() => {
    const away = () => {
      for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) dialog.close();
    };
    addEventListener('popstate', away);
    return () => removeEventListener('popstate', away);
  }, []);
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function CurrentPage({ name }: { name: PageName }) {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState(false);
  const Found = pages[name];
  const isThere = Found !== undefined;
  useEffect(() => {
    setFailed(false);
    if (isThere) return;
    loadOthers().then(
      () => redraw((n) => n + 1),
      () => setFailed(true),
    );
  }, [isThere]);
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

/** Loads the other pages after the first has rendered, so that opening them takes no time. */
export function prefetchPages(): void {
  loadOthers().catch(() => {});
}
