// Polls the summary of the mesh and the readings of one attribute of all peers while the page is visible.
import { useMemo } from 'preact/hooks';
import type { MeshAnswer, MeshView } from '../../api/mesh-types.ts';
import { getOfPeer } from '../../state/of-peer.ts';
import { useLatest, usePolled } from '../../state/ticking.ts';
import { shares } from './shares.ts';

const VIEW_MS = 1_000;
const READINGS_MS = 4_000;
/** The maximum that a query may request. */
const PEERS_MAX = 1_000;

export function useView(): MeshView | null {
  const { data } = usePolled('view', VIEW_MS, (signal) =>
    getOfPeer<{ view: MeshView | null }>('/mesh/view', {}, signal),
  );
  return useLatest(data?.view ?? null);
}

/** Fill level by peer (shares.ts); null if no attribute is selected. */
export function useReadings(attribute: string): ReadonlyMap<string, number> | null {
  const query = `${PEERS_MAX} peers order by ${attribute}`;
  const { data } = usePolled(attribute === '' ? null : attribute, READINGS_MS, (signal) =>
    getOfPeer<MeshAnswer>('/mesh/query', { q: query }, signal),
  );
  const latest = useLatest(data);
  return useMemo(
    () => (attribute === '' || latest === null ? null : shares(latest, attribute)),
    [latest, attribute],
  );
}
