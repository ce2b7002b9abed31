// Requests that a mesh peer on this machine answers.
import { ApiError, get, type Query } from '../api/client.ts';
import type { Status } from '../api/types.ts';

/** A peer answered last time. */
let isKnown = false;

/**
 * As `get`. Where no peer is known to run, /status says first whether one does: without a peer the routes of the mesh
 * answer 503, and a browser logs each of those as an error.
 *
 * @throws ApiError with the code `no_peer` if no peer runs here
 */
export async function getOfPeer<T>(path: string, query: Query, signal: AbortSignal): Promise<T> {
  if (!isKnown) {
    // Without a store /status fails, while a peer may answer.
    const status = await get<Status>('/status', {}, signal).catch(() => null);
    if (status?.mesh === null) throw new ApiError('no_peer', status.mesh_problem ?? 'no peer runs here');
  }
  try {
    const answer = await get<T>(path, query, signal);
    isKnown = true;
    return answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'no_peer') isKnown = false;
    throw error;
  }
}
