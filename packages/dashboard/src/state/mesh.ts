// Membership of the mesh, kept up to date by the live channel.
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { listen, onReturn } from '../api/live.ts';
import type { MeshChange, MeshPeer } from '../api/mesh-types.ts';
import { changed, type Mesh } from './mesh-changes.ts';
import { getOfPeer } from './of-peer.ts';

export type { Mesh } from './mesh-changes.ts';

export const mesh = signal<Mesh | null>(null);

/** Requests the mesh once, then follows updates. An error has the reason why there is none, e.g. no peer on this machine. */
export function useMesh(): { mesh: Mesh | null; error: ApiError | null; reload: () => void } {
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    getOfPeer<Omit<MeshChange, 'is_whole' | 'set' | 'gone'> & { peers: MeshPeer[] }>(
      '/mesh',
      {},
      control.signal,
    ).then(
      ({ peers, ...head }) => {
        setError(null);
        mesh.value ??= changed(null, { ...head, is_whole: true, set: peers, gone: [] });
      },
      (problem) => problem instanceof ApiError && setError(problem),
    );
    return () => control.abort();
  }, [attempt]);
  useEffect(
    () =>
      listen('mesh', (change) => {
        setError(null);
        mesh.value = changed(mesh.peek(), change);
      }),
    [],
  );
  useEffect(() => onReturn(() => setAttempt((n) => n + 1)), []);
  return { mesh: mesh.value, error, reload: () => setAttempt((n) => n + 1) };
}
