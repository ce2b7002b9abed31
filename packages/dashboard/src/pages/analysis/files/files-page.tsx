// Files: what all conversations transferred, as Wireshark's Export Objects; with a preview, to be saved one by one or all.
import { useMemo, useState } from 'preact/hooks';
import type { CaptureObject, CaptureObjects } from '../../../api/analysis-types.ts';
import { get } from '../../../api/client.ts';
import { bytes, count } from '../../../format/numbers.ts';
import { captures } from '../../../state/captures.ts';
import { go, place, scope, setFilter, setView } from '../../../state/navigation.ts';
import { useResource } from '../../../state/resource.ts';
import { DataTable, type TableColumn } from '../../../ui/data-table.tsx';
import { type MenuItem, openMenu } from '../../../ui/menu.tsx';
import { Welcome } from '../../../ui/nothing.tsx';
import { usePageKeys } from '../../../ui/page-keys.ts';
import { Empty, Loading, Trouble } from '../../../ui/states.tsx';
import { copy, save } from '../../packets/packet-menu.ts';
import { isDisguised, isProgram, KINDS, keyOf, matches, nameOf, objectAddress, typeOf } from './objects.ts';
import { ObjectPreview } from './preview.tsx';
import { Tools } from './tools.tsx';

const columns: readonly TableColumn<CaptureObject>[] = [
  {
    id: 'name',
    title: 'Name',
    cell: (object) => (
      <span class={object.name === '' ? 'file-unnamed' : ''} title={nameOf(object)}>
        {nameOf(object)}
      </span>
    ),
    value: nameOf,
  },
  {
    id: 'type',
    title: 'Type',
    width: '24%',
    cell: (object) => (
      <span class={isDisguised(object) ? 'file-bad' : isProgram(object) ? 'file-odd' : ''}>
        {isDisguised(object) ? `${typeOf(object)}, sent as ${object.type}` : typeOf(object)}
      </span>
    ),
    value: typeOf,
  },
  {
    id: 'bytes',
    title: 'Size',
    width: '84px',
    isNumber: true,
    cell: (object) => bytes(object.bytes),
    value: (object) => object.bytes,
  },
  {
    id: 'kind',
    title: 'Over',
    width: '68px',
    isExtra: true,
    cell: (object) => KINDS[object.kind],
    value: (object) => KINDS[object.kind],
  },
  {
    id: 'host',
    title: 'Server',
    width: '20%',
    isExtra: true,
    cell: (object) => object.host,
    value: (object) => object.host,
  },
  {
    id: 'src',
    title: 'From',
    width: '17%',
    isExtra: true,
    cell: (object) => <span class="mono">{object.src ?? ''}</span>,
    value: (object) => object.src ?? '',
  },
  {
    id: 'frame',
    title: 'Packet',
    width: '84px',
    isNumber: true,
    isExtra: true,
    cell: (object) => count(object.frame),
    value: (object) => object.capture * 1e12 + object.frame,
  },
];

/** Beside a preview, which tells the others. */
const fewerColumns = columns.filter(({ id }) => id !== 'host' && id !== 'src');

/** How many times further the list goes when it is told to go on, and the most that the server does. */
const FURTHER = 4;
const EFFORT_MAX = 64;

export function FilesPage() {
  const terms = scope.value;
  const asked = JSON.stringify(terms);
  const [further, goOn] = useState({ asked, effort: 1 });
  const effort = further.asked === asked ? further.effort : 1;
  const { view } = place.value;
  const answer = useResource(
    `${asked} ${effort}`,
    (signal) => get<CaptureObjects>('/objects', effort === 1 ? terms : { ...terms, effort }, signal),
    // While packets arrive, all would be read again every other second.
    false,
  );
  const { kind = '', find = '' } = view;
  const items = useMemo(
    () =>
      (answer.data?.items ?? []).filter(
        (object) => (kind === '' || object.kind === kind) && (find === '' || matches(object, find)),
      ),
    [answer.data, kind, find],
  );
  const chosen = items.find((object) => keyOf(object) === view.object);
  const close = () => setView({ object: '' }, true);
  usePageKeys({ Escape: close });

  if (captures.value?.length === 0) return <Welcome />;
  if (answer.error !== null) return <Trouble error={answer.error} onRetry={answer.reload} />;
  if (answer.data === null) return <Loading what="Looking through the packets for files" />;
  return (
    <div class={`files ${chosen === undefined ? '' : 'files-open'}`}>
      <div class="table-page">
        <Tools
          data={answer.data}
          items={items}
          isLoading={answer.isLoading}
          onReload={answer.reload}
          onFurther={effort < EFFORT_MAX ? () => goOn({ asked, effort: effort * FURTHER }) : null}
        />
        {items.length === 0 && <None data={answer.data} />}
        {items.length > 0 && (
          <DataTable
            label="Files"
            columns={chosen === undefined ? columns : fewerColumns}
            rows={items}
            keyOf={keyOf}
            isWhole
            sort={view.sort ?? 'frame'}
            onSort={(sort) => setView({ sort }, true)}
            chosen={chosen === undefined ? null : keyOf(chosen)}
            onSelect={(object) => setView({ object: keyOf(object) }, true)}
            onOpen={open}
            onMenu={(event, object) => openMenu(event, menuOf(object))}
          />
        )}
      </div>
      {chosen !== undefined && <ObjectPreview object={chosen} q={terms.q} onClose={close} />}
    </div>
  );
}

function None({ data }: { data: CaptureObjects }) {
  if (data.items.length > 0)
    return (
      <Empty icon="find" title="No file is like that">
        <button type="button" class="button" onClick={() => setView({ find: '', kind: '' }, true)}>
          Show all files
        </button>
      </Empty>
    );
  return (
    <Empty
      icon="captures"
      title={scope.value.q === '' ? 'No files were transferred' : 'No files in what passes the filter'}
    >
      Files are found in HTTP, HTTP/2, HTTP/3, mail, SMB, FTP, TFTP and DICOM; in TLS, if the capture holds
      its secrets or Eyrie was started with <code>--keylog</code>.
    </Empty>
  );
}

/** To the packet that completed it. */
function open({ packet, capture, conversation }: CaptureObject): void {
  if (packet !== null) go({ page: 'packets', item: '', q: conversation ?? '', capture, packet, view: {} });
}

function menuOf(object: CaptureObject): MenuItem[] {
  const { conversation, packet, sha256 } = object;
  return [
    { label: 'Save', run: () => save(objectAddress(object, scope.value.q), object.name) },
    { label: 'Go to its packet', hint: 'Enter', isDisabled: packet === null, run: () => open(object) },
    {
      label: 'Filter by conversation',
      isDisabled: conversation === null,
      run: () => setFilter(conversation!),
    },
    { label: 'Files of this type only', run: () => setView({ find: typeOf(object) }, true) },
    'separator',
    { label: 'Copy name', run: () => copy(object.name, 'Name') },
    { label: 'Copy SHA-256', hint: sha256.slice(0, 12), run: () => copy(sha256, 'SHA-256') },
  ];
}
