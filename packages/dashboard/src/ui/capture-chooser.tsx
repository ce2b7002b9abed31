// Selects the capture that all pages show: one, or all.
import { captures } from '../state/captures.ts';
import { capture, go } from '../state/navigation.ts';

export function CaptureChooser() {
  const rows = captures.value ?? [];
  const chosen = capture.value;
  return (
    <select
      class="chooser"
      aria-label="Capture"
      value={chosen === null ? '' : String(chosen)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        go({ capture: value === '' ? null : Number(value), packet: null });
      }}
    >
      <option value="">{rows.length === 1 ? rows[0]!.name : 'All captures'}</option>
      {rows.length !== 1 &&
        rows.map((row) => (
          <option key={row.id} value={String(row.id)}>
            {row.name}
            {row.state === 'running' ? ' (running)' : ''}
          </option>
        ))}
      {chosen !== null && !rows.some(({ id }) => id === chosen) && (
        <option value={String(chosen)}>Capture {chosen}</option>
      )}
      {chosen !== null && rows.length === 1 && rows[0]!.id === chosen && (
        <option value={String(chosen)}>{rows[0]!.name}</option>
      )}
    </select>
  );
}
