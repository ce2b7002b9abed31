// Whether a mesh peer runs on this machine; pages about the mesh alone are listed only then.
import { computed } from '@preact/signals';
import { get } from '../api/client.ts';
import { onReturn } from '../api/live.ts';
import type { Status } from '../api/types.ts';
import { mesh } from './mesh.ts';
import { page } from './navigation.ts';
import { PAGES, type PageName } from './place.ts';
import { remembered } from './settings.ts';

/** Stored from the last visit, so that the navigation does not shift when the answer arrives. */
const wasPeerHere = remembered('peer-here', false);
const isPeerHere = computed(() => wasPeerHere.value || mesh.value !== null);

/** The pages in the navigation, in order. */
export const pages = computed<readonly PageName[]>(() =>
  PAGES.filter((name) => name !== 'time' || isPeerHere.value || page.value === name),
);

/** Checks now, when the server is reachable again, and when the page becomes visible. */
export function watchPeer(): void {
  const look = () => {
    if (document.hidden) return;
    get<Status>('/status').then(
      ({ mesh: found }) => {
        wasPeerHere.value = found !== null;
      },
      () => {},
    );
  };
  look();
  onReturn(look);
  document.addEventListener('visibilitychange', look);
}
