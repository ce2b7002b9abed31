// Form that starts a live capture: an interface and an optional BPF filter.
import { useState } from 'preact/hooks';
import { ApiError, get, send } from '../../api/client.ts';
import type { CaptureRow, Interfaces } from '../../api/types.ts';
import { loadCaptures } from '../../state/captures.ts';
import { go } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { Icon } from '../../ui/icons.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';

export function LiveForm() {
  const { data, error, reload } = useResource(
    'interfaces',
    (signal) => get<Interfaces>('/interfaces', {}, signal),
    false,
  );
  const [chosen, setChosen] = useState('');
  const [bpf, setBpf] = useState('');
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [isStarting, setStarting] = useState(false);
  if (data === null) return error === null ? <Loading /> : <Trouble error={error} onRetry={reload} />;
  if (!data.can_capture) return <Nothing problem={data.problem} onRetry={reload} />;
  const first = data.items.find((one) => one.is_up && !one.is_loopback) ?? data.items[0];
  const name = chosen === '' ? (first?.name ?? '') : chosen;

  const start = async () => {
    setStarting(true);
    setProblem(await begin(name, bpf.trim()));
    setStarting(false);
  };

  return (
    <form
      class="live-form"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <label>
        <span>Interface</span>
        <select class="chooser" value={name} onChange={(event) => setChosen(event.currentTarget.value)}>
          {data.items.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
              {one.addresses.length > 0 ? ` (${one.addresses[0]})` : ''}
              {one.is_up ? '' : ', down'}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Capture filter (BPF)</span>
        <input
          class="field mono"
          value={bpf}
          placeholder="all packets; or: tcp port 443"
          spellcheck={false}
          autocomplete="off"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : 'live-problem'}
          onInput={(event) => setBpf(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-main" disabled={isStarting || name === ''}>
        <Icon name="play" size={12} /> {isStarting ? 'Starting …' : 'Start'}
      </button>
      {problem !== null && (
        <p id="live-problem" class="capture-problem" role="alert">
          {problem.message}
          {problem.hint !== null && <span class="quiet"> {problem.hint}</span>}
        </p>
      )}
    </form>
  );
}

/** Starts a live capture and opens its packets. @returns the error, or null */
async function begin(name: string, bpf: string): Promise<ApiError | null> {
  try {
    const wanted = { interface: name, ...(bpf === '' ? {} : { filter: bpf }) };
    const row = await send<CaptureRow>('POST', '/captures/live', wanted);
    await loadCaptures();
    go({ page: 'overview', item: '', q: '', capture: row.id, packet: null, view: {} });
    return null;
  } catch (reason) {
    if (reason instanceof ApiError) return reason;
    throw reason;
  }
}

function Nothing({ problem, onRetry }: { problem: string | null; onRetry: () => void }) {
  return (
    <div class="live-none">
      <p>Capturing is not possible at present.</p>
      {problem !== null && <p class="quiet">{problem}</p>}
      <button type="button" class="button" onClick={onRetry}>
        Look again
      </button>
    </div>
  );
}
