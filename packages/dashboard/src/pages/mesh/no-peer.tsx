// Shown instead of the mesh on a machine without a peer.
import { Empty, sentence } from '../../ui/states.tsx';

export function NoPeer({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <Empty icon="mesh" title="No peer on this machine">
      {/no peer runs here/i.test(text) ? null : <p>{sentence(text)}.</p>}
      <code>eyrie mesh init</code> creates a mesh, <code>eyrie mesh join</code> joins one,{' '}
      <code>eyrie mesh start</code> starts its peer.
      <br />
      <button type="button" class="button" onClick={onRetry}>
        Look again
      </button>
    </Empty>
  );
}
