// The Captures page: uploads, live captures, and the list of stored captures.
import { useRef } from 'preact/hooks';
import { send } from '../../api/client.ts';
import type { CaptureRow } from '../../api/types.ts';
import { bytes, count, percent, short } from '../../format/numbers.ts';
import { dayAndClock, duration } from '../../format/time.ts';
import { captures, loadCaptures } from '../../state/captures.ts';
import { capture as chosen, go, linkTo } from '../../state/navigation.ts';
import { dismiss, type Upload, upload, uploads } from '../../state/uploads.ts';
import { announce } from '../../ui/announce.tsx';
import { ask } from '../../ui/confirm.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { LiveForm } from './live-form.tsx';

const FILES = '.pcap,.pcapng,.cap,.snoop,.gz,.zst,.dmp';

export function Captures() {
  const rows = captures.value;
  return (
    <div class="captures">
      <Panel title="Import a file" class="captures-file">
        <FileDrop />
        {uploads.value.map((one) => (
          <UploadLine key={one.id} one={one} />
        ))}
      </Panel>
      <Panel title="Capture on an interface" class="captures-live">
        <LiveForm />
      </Panel>
      <Panel title="Stored" class="captures-list" note={rows === null ? undefined : count(rows.length)}>
        {rows === null && <Loading />}
        {rows?.length === 0 && (
          <Empty icon="captures" title="Nothing is stored yet">
            Import a capture file, or capture on an interface.
          </Empty>
        )}
        {rows !== null && rows.length > 0 && (
          <ul class="capture-rows">
            {rows.map((row) => (
              <CaptureLine key={row.id} row={row} />
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

function FileDrop() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="file-drop">
      <Icon name="upload" size={22} />
      <p>
        Drop capture files anywhere on this page, or{' '}
        <button type="button" class="link file-choose" onClick={() => input.current!.click()}>
          choose them
        </button>
      </p>
      <p class="quiet">pcap, pcapng and snoop; .gz and .zst, too</p>
      <input
        ref={input}
        class="sr"
        type="file"
        multiple
        accept={FILES}
        tabIndex={-1}
        aria-label="Capture files"
        onChange={(event) => {
          for (const file of event.currentTarget.files ?? []) upload(file);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

function UploadLine({ one }: { one: Upload }) {
  const share = one.size === 0 ? 1 : one.sent / one.size;
  const isBusy = one.state === 'waiting' || one.state === 'sending' || one.state === 'storing';
  return (
    <div class={`upload upload-${one.state}`} role="status">
      <div class="upload-head">
        <strong>{one.name}</strong>
        <span class="num">{uploadText(one, share)}</span>
        {one.state === 'known' && (
          <button type="button" class="button button-small" onClick={one.again}>
            Store again
          </button>
        )}
        {(one.state === 'done' || one.state === 'known') && one.capture !== null && (
          <a class="button button-small" href={linkTo('overview', '', { q: '', capture: one.capture.id })}>
            Open
          </a>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label={isBusy ? `Cancel ${one.name}` : `Dismiss ${one.name}`}
          onClick={() => (isBusy ? one.cancel() : dismiss(one.id))}
        >
          <Icon name="close" size={12} />
        </button>
      </div>
      {isBusy && one.state !== 'waiting' && (
        <progress
          value={one.state === 'storing' ? undefined : share}
          max={1}
          aria-label={`Sending ${one.name}`}
        />
      )}
    </div>
  );
}

function uploadText(one: Upload, share: number): string {
  if (one.state === 'waiting') return `${bytes(one.size)}, waits for the files before`;
  if (one.state === 'sending') return `${percent(share)} of ${bytes(one.size)} sent`;
  if (one.state === 'storing') return 'sent; being stored';
  if (one.state === 'known') return 'already stored: the bytes are identical';
  if (one.state === 'failed') return one.problem ?? 'failed';
  return `${bytes(one.size)} taken in`;
}

function CaptureLine({ row }: { row: CaptureRow }) {
  const isRunning = row.state === 'running';
  const span = row.first === null || row.last === null ? null : Number(row.last) - Number(row.first);
  const open = () => go({ page: 'overview', item: '', q: '', capture: row.id, packet: null, view: {} });
  return (
    <li class="capture-row">
      <Icon name={row.kind === 'live' ? 'status' : 'captures'} />
      <div class="capture-what">
        <p>
          <button type="button" class="link capture-name" onClick={open}>
            {row.name}
          </button>
          <span class={`badge badge-${row.state}`}>{stateText(row)}</span>
          {row.filter !== null && row.filter !== '' && <code class="quiet">{row.filter}</code>}
        </p>
        <p class="quiet num">
          {count(row.packets)} packets · {bytes(row.bytes)}
          {span !== null && ` · ${duration(span)}`}
          {row.first !== null && ' · '}
          {row.first !== null && <time>{dayAndClock(row.first)}</time>}
          {row.drops > 0 && <span class="odd"> · {count(row.drops)} lost</span>}
          {row.clock !== null &&
            ` · ${duration(Math.abs(row.clock.ahead))} ${row.clock.ahead < 0 ? 'behind' : 'ahead of'} the time of ${row.clock.mesh}, ± ${duration(row.clock.uncertainty)}`}
          {!row.has_bytes && ' · its bytes are gone, only sums are left'}
        </p>
        {row.problem !== null && <p class="capture-problem">{row.problem}</p>}
        {isRunning && row.progress !== null && <Progress row={row} />}
      </div>
      <div class="capture-tools">
        {isRunning && (
          <button type="button" class="button" onClick={() => void stop(row)}>
            <Icon name="stop" size={12} /> Stop
          </button>
        )}
        <button type="button" class="button" aria-pressed={chosen.value === row.id} onClick={open}>
          Open
        </button>
        <button
          type="button"
          class="icon-button button-danger"
          aria-label={`Delete ${row.name}`}
          title="Delete"
          onClick={() => void remove(row)}
        >
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}

function stateText({ state, kind }: CaptureRow): string {
  if (state === 'running') return kind === 'live' ? 'listening' : 'being read';
  return state === 'failed' ? 'broken off' : 'done';
}

function Progress({ row }: { row: CaptureRow }) {
  const {
    bytes_read: read,
    bytes_total: total,
    packets_per_second: rate,
    seconds_left: left,
  } = row.progress!;
  return (
    <div class="capture-progress">
      {row.kind === 'file' && (
        <progress
          value={total === null ? undefined : read}
          max={total ?? 1}
          aria-label={`Reading ${row.name}`}
        />
      )}
      <span class="num quiet">
        {short(rate)} packets/s
        {total !== null && total > 0 && ` · ${percent(read / total)} of ${bytes(total)}`}
        {left !== null && ` · ${duration(Math.ceil(left))} left`}
      </span>
    </div>
  );
}

async function stop(row: CaptureRow): Promise<void> {
  await tried(() => send('POST', `/captures/${row.id}/stop`), `${row.name} was stopped`);
}

/** What becomes of the packets' bytes. */
const BYTES_OF: Record<CaptureRow['kind'], string> = {
  file: 'A file that was not uploaded stays where it is.',
  live: 'Their bytes in the ring are deleted too.',
};

async function remove(row: CaptureRow): Promise<void> {
  const isSure = await ask({
    title: `Delete ${row.name}?`,
    text: `${count(row.packets)} packets with their flows, names and findings go from the store. ${BYTES_OF[row.kind]}`,
    yes: 'Delete',
  });
  if (!isSure) return;
  await tried(() => send('DELETE', `/captures/${row.id}`), `${row.name} was deleted`);
  if (chosen.value === row.id) go({ capture: null }, true);
}

async function tried(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work();
    announce(done);
    await loadCaptures();
    return true;
  } catch (error) {
    announce((error as Error).message);
    return false;
  }
}
