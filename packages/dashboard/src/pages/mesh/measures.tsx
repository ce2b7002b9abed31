// Peers under a measure (throttled, quarantined, redirected to the decoy), its expiry, and a button that ends it.
import { useState } from 'preact/hooks';
import { ApiError, send } from '../../api/client.ts';
import { clock, dayAndClock } from '../../format/time.ts';
import type { Mesh } from '../../state/mesh.ts';
import { announce } from '../../ui/announce.tsx';
import { ask } from '../../ui/confirm.tsx';
import { Panel } from '../../ui/panel.tsx';

export function Measures({ mesh }: { mesh: Mesh }) {
  const [busy, setBusy] = useState<string | null>(null);
  const measured = [...mesh.peers.values()].filter(({ measure }) => measure !== null);
  const release = async (id: string) => {
    const isSure = await ask({
      title: `Release ${id}?`,
      text: 'It will be linked and answered like any other peer at once.',
      yes: 'Release',
    });
    if (!isSure) return;
    setBusy(id);
    try {
      await send('POST', `/measures/${encodeURIComponent(id)}/release`, {});
      announce(`${id} is released`);
    } catch (error) {
      announce(error instanceof ApiError ? error.message : String(error));
    }
    setBusy(null);
  };
  return (
    <Panel title="Held" class="mesh-measures">
      {measured.length === 0 ? (
        <p class="quiet">No peer is throttled, in quarantine or at the decoy</p>
      ) : (
        <ul class="lines">
          {measured.map(({ id, measure }) => (
            <li key={id} class="measure">
              <span class={`badge badge-${measure!.step === 'throttle' ? 'idle' : 'failed'}`}>
                {measure!.step}
              </span>
              <span class="who-name" title={measure!.reason}>
                {id} <span class="quiet">{measure!.reason}</span>
              </span>
              <time class="num quiet" title={dayAndClock(measure!.untilMs / 1000)}>
                until {clock(measure!.untilMs / 1000)}
              </time>
              {mesh.isAuthority && (
                <button
                  type="button"
                  class="button button-small"
                  disabled={busy === id}
                  onClick={() => void release(id)}
                >
                  Release
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
