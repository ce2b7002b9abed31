// Shown instead of an empty list: nothing is stored, or nothing passes the filter.
import { captures } from '../state/captures.ts';
import { capture, filter, go, linkTo } from '../state/navigation.ts';
import { Icon, type IconName } from './icons.tsx';
import { Empty } from './states.tsx';

/** @param what name of the rows: hosts, flows, packets */
export function Nothing({ icon, what }: { icon: IconName; what: string }) {
  const known = captures.value ?? [];
  if (known.length === 0) return <Welcome />;
  const only = capture.value;
  if (only !== null && !known.some(({ id }) => id === only)) return <MissingCapture id={only} />;
  if (filter.value === '') {
    const isRunning = known.some(({ state }) => state === 'running');
    const text =
      what === 'flows' ? 'A conversation is listed once it has ended, or has lasted for a while.' : '';
    return (
      <Empty icon={icon} title={`No ${what} yet`}>
        {isRunning ? text : undefined}
      </Empty>
    );
  }
  return (
    <Empty icon="filter" title={`No ${what} pass this filter`}>
      <button type="button" class="button" onClick={() => go({ q: '' })}>
        Show all {what}
      </button>
    </Empty>
  );
}

function MissingCapture({ id }: { id: number }) {
  return (
    <Empty icon="captures" title={`Capture ${id} is not stored any more`}>
      <button type="button" class="button" onClick={() => go({ capture: null, packet: null })}>
        Show all captures
      </button>
    </Empty>
  );
}

export function Welcome() {
  return (
    <Empty icon="captures" title="No packets yet">
      Drop a capture file anywhere on this page, or start capturing on an interface.
      <br />
      <a class="button button-main" href={linkTo('captures')}>
        <Icon name="captures" /> To the captures
      </a>
    </Empty>
  );
}
