// Whether a peer of a mesh runs on this machine: what is about the mesh alone has its place only then.
import { computed } from '@preact/signals';
import { get } from '../api/client.ts';
import { onReturn } from '../api/live.ts';
import type { Status } from '../api/types.ts';
import { mesh } from './mesh.ts';
import { page } from './navigation.ts';
import { PAGES, type PageName } from './place.ts';
import { remembered } from './settings.ts';

/** As it was the last time: else the pages would move aside when the answer comes. */
const told = remembered('peer-here', false);
const isPeerHere = computed(() => told.value || mesh.value !== null);

/** Where one can go, in order. */
export const pages = computed<readonly PageName[]>(() =>
  PAGES.filter((name) => name !== 'time' || isPeerHere.value || page.value === name),
);

/** Looks now, when the server came back, and when somebody comes back to the page. */
export function watchPeer(): void {
  const look = () => {
    if (document.hidden) return;
    get<Status>('/status').then(
      ({ mesh: found }) => {
        told.value = found !== null;
      },
      () => {},
    );
  };
  look();
  onReturn(look);
  document.addEventListener('visibilitychange', look);
}
