// Who is in the mesh, kept by what the live channel says is another.
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, get } from '../api/client.ts';
import { listen, onReturn } from '../api/live.ts';
import type { MeshChange, MeshPeer } from '../api/mesh-types.ts';
import { changed, type Mesh } from './mesh-changes.ts';

export type { Mesh } from './mesh-changes.ts';

export const mesh = signal<Mesh | null>(null);

/** Asked once, then listened to. An error says why there is none: no peer runs here. */
export function useMesh(): { mesh: Mesh | null; error: ApiError | null; reload: () => void } {
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    get<Omit<MeshChange, 'is_whole' | 'set' | 'gone'> & { peers: MeshPeer[] }>(
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
