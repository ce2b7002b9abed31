// The line above the files: how many were found and how far the search came, what narrows them, all of them as an archive.
import { useMemo } from 'preact/hooks';
import type { CaptureObject, CaptureObjects } from '../../../api/analysis-types.ts';
import { addressOf } from '../../../api/client.ts';
import { bytes, count } from '../../../format/numbers.ts';
import { clock } from '../../../format/time.ts';
import { running } from '../../../state/captures.ts';
import { place, scope, setView } from '../../../state/navigation.ts';
import { Icon } from '../../../ui/icons.tsx';
import { save } from '../../packets/packet-menu.ts';
import { KINDS } from './objects.ts';

interface Props {
  data: CaptureObjects;
  items: readonly CaptureObject[];
  isLoading: boolean;
  onReload: () => void;
  /** Null: it does not go further. */
  onFurther: (() => void) | null;
}

export function Tools({ data, items, isLoading, onReload, onFurther }: Props) {
  const { kind = '' } = place.value.view;
  const size = items.reduce((sum, object) => sum + object.bytes, 0);
  const found = useMemo(() => clock(Date.now() / 1000), [data]);
  const isGrowing = running.value.length > 0;
  return (
    <div class="table-note files-tools">
      <span class="num" role="status">
        {isLoading
          ? 'Looking …'
          : `${count(items.length)} ${items.length === 1 ? 'file' : 'files'} · ${bytes(size)}${isGrowing ? ` · at ${found}` : ''}`}
      </span>
      <Missing data={data} isLoading={isLoading} onFurther={onFurther} />
      <Narrowing data={data} />
      {isGrowing && (
        <button
          type="button"
          class="button button-small"
          title={`Found at ${found}; packets that arrived since are not in it`}
          disabled={isLoading}
          onClick={onReload}
        >
          Look again
        </button>
      )}
      <button
        type="button"
        class="button button-small"
        disabled={data.items.length === 0}
        title={`All ${kind === '' ? 'files' : `files of ${KINDS[kind as CaptureObject['kind']]}`}, with a table of where they came from`}
        onClick={() => save(addressOf('/objects.zip', { ...scope.value, kind }), 'objects.zip')}
      >
        <Icon name="download" size={12} /> Save all as ZIP
      </button>
    </div>
  );
}

/** Why the list may lack files: the search stopped at its bound, or bytes are no longer stored. */
function Missing({ data, isLoading, onFurther }: Pick<Props, 'data' | 'isLoading' | 'onFurther'>) {
  const { gone } = data;
  return (
    <>
      {!data.is_whole && (
        <>
          <span class="note-odd" title="Filter to fewer packets, or go on, to see the others">
            There may be more: these are of the first {count(data.packets)} packets
          </span>
          {onFurther !== null && (
            <button type="button" class="button button-small" disabled={isLoading} onClick={onFurther}>
              Go on
            </button>
          )}
        </>
      )}
      {gone.length > 0 && (
        <span class="note-odd" title={gone.join(', ')}>
          The bytes of {gone.length === 1 ? gone[0] : `${gone.length} captures`} are gone
        </span>
      )}
    </>
  );
}

function Narrowing({ data }: { data: CaptureObjects }) {
  const { kind = '', find = '' } = place.value.view;
  const kinds = [...new Set(data.items.map((object) => object.kind))];
  return (
    <>
      <input
        class="field"
        type="search"
        placeholder="Find by name, type, host, hash"
        aria-label="Find a file"
        value={find}
        onInput={(event) => setView({ find: event.currentTarget.value, object: '' }, true)}
      />
      {(kinds.length > 1 || kind !== '') && (
        <select
          class="chooser"
          aria-label="Carried by"
          value={kind}
          onChange={(event) => setView({ kind: event.currentTarget.value, object: '' }, true)}
        >
          <option value="">All protocols</option>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {KINDS[one]}
            </option>
          ))}
        </select>
      )}
    </>
  );
}
