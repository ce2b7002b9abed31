// The Mesh page: tree of peers, table of members, measures against peers, and queries.
import { useMemo } from 'preact/hooks';

import type { MeshPeer } from '../../api/mesh-types.ts';
import { type Mark, RadialTree } from '../../charts/radial-tree.tsx';
import { count } from '../../format/numbers.ts';
import { type Mesh, useMesh } from '../../state/mesh.ts';
import { go, place, setView } from '../../state/navigation.ts';
import { DataTable, type TableColumn } from '../../ui/data-table.tsx';
import { Panel, Switch } from '../../ui/panel.tsx';
import { Empty, Failure, Loading, Trouble } from '../../ui/states.tsx';
import { Gauges } from './gauges.tsx';
import { Measures } from './measures.tsx';
import { NoPeer } from './no-peer.tsx';
import { PeerCard } from './peer-card.tsx';
import { QueryBox, useAnswer } from './query-box.tsx';
import { useReadings, useView } from './readings.ts';
import { Talkers } from './talkers.tsx';

const NOBODY: readonly string[] = [];

export function MeshPage() {
  const { mesh, error, reload } = useMesh();
  if (mesh === null) {
    if (error === null) return <Loading />;
    if (error.code !== 'no_peer') return <Trouble error={error} onRetry={reload} />;
    return <NoPeer text={error.message} onRetry={reload} />;
  }
  if (error?.code === 'no_peer')
    return <Failure title="The peer on this machine does not answer" text={error.message} onRetry={reload} />;
  return <Whole mesh={mesh} />;
}

function Whole({ mesh }: { mesh: Mesh }) {
  const { item, view } = place.value;
  const chosen = mesh.peers.get(item) ?? mesh.peers.get(mesh.peer) ?? null;
  const open = (id: string) => go({ item: id });
  const members = [...mesh.peers.values()].filter(({ status }) => status !== 'revoked').length;
  const alive = [...mesh.peers.values()].filter(({ status }) => status === 'alive').length;
  // Anything abnormal is shown first.
  const isHeld = [...mesh.peers.values()].some(({ measure }) => measure !== null);
  const isTable = view.show === 'table';
  const answer = useAnswer();
  const network = useView();
  const readings = useReadings(view.colour ?? '');
  return (
    <div class="mesh-page">
      <Panel
        title={mesh.name}
        class="mesh-tree"
        note={`${count(alive)} of ${count(members)} peers alive`}
        tools={
          <>
            <ColourBy />
            <Switch
              label="View"
              value={isTable ? 'table' : 'tree'}
              options={[
                ['tree', 'Tree'],
                ['table', 'Table'],
              ]}
              onChange={(show) => setView({ show: show === 'table' ? 'table' : '' })}
            />
          </>
        }
      >
        {isTable ? (
          <PeerTable mesh={mesh} onOpen={open} />
        ) : (
          <Tree
            mesh={mesh}
            chosen={chosen}
            found={answer.data?.peers.map(({ id }) => id) ?? NOBODY}
            readings={readings}
            onOpen={open}
          />
        )}
      </Panel>
      <div class="mesh-side">
        {isHeld && <Measures mesh={mesh} />}
        <QueryBox answer={answer} onOpen={open} />
        {chosen !== null && <PeerCard key={chosen.id} peer={chosen} mesh={mesh} onOpen={open} />}
        <Gauges view={network} />
        <Talkers talkers={network?.talkers ?? null} />
        {!isHeld && <Measures mesh={mesh} />}
      </div>
    </div>
  );
}

interface TreeProps {
  mesh: Mesh;
  chosen: MeshPeer | null;
  /** Ids of the peers in a query's answer. */
  found: readonly string[];
  /** Fill level by peer, 0 to 1; null: the discs show the state only. */
  readings: ReadonlyMap<string, number> | null;
  onOpen: (id: string) => void;
}

function Tree({ mesh, chosen, found, readings, onOpen }: TreeProps) {
  const shape = [...mesh.peers.values()].map(({ id, parent }) => `${id}<${parent ?? ''}`).join();
  // The layout depends on the parents only: most updates change attributes of peers, not the tree.
  const parents = useMemo(
    () =>
      new Map(
        [...mesh.peers.values()]
          .filter(({ id, parent }) => parent !== null || id === mesh.root)
          .map(({ id, parent }) => [id, parent]),
      ),
    [shape, mesh.root],
  );
  const markOf = useMemo(() => {
    const named = new Set(found);
    return (id: string): Mark => {
      const isChosen = named.size > 0 ? named.has(id) : id === chosen?.id;
      const mark = markFor(mesh.peers.get(id), isChosen, id === mesh.peer);
      return readings === null ? mark : { ...mark, share: readings.get(id) ?? null };
    };
  }, [mesh.peers, chosen?.id, mesh.peer, found, readings]);
  if (mesh.root === null) return <Empty icon="mesh" title="The mesh has no peers" />;
  return (
    <RadialTree
      parents={parents}
      root={mesh.root}
      markOf={markOf}
      textOf={(id) => textFor(mesh, id)}
      onOpen={onOpen}
      label={`Tree of ${mesh.name}: ${parents.size} peers`}
    />
  );
}

function colourOf(peer: MeshPeer): string {
  if (peer.measure !== null && peer.measure.step !== 'throttle') return 'bad';
  if (peer.measure !== null) return 'warn';
  if (peer.status === 'alive') return 'good';
  return peer.status === 'dead' ? 'bad' : 'ink-3';
}

function markFor(peer: MeshPeer | undefined, isChosen: boolean, isOwn: boolean): Mark {
  const colour = peer === undefined ? 'ink-3' : isOwn ? 'accent-ink' : colourOf(peer);
  return { colour, share: null, isChosen, isOutlined: peer?.status !== 'alive' };
}

function textFor(mesh: Mesh, id: string): string {
  const peer = mesh.peers.get(id);
  if (peer === undefined) return id;
  const what = peer.measure === null ? peer.status : `${peer.status}, ${peer.measure.step}`;
  return `${id}${id === mesh.root ? ', the root' : ''}${id === mesh.peer ? ', this machine' : ''}: ${what}`;
}

const COLOURS = [
  ['', 'State'],
  ['cpu.used', 'Processor'],
  ['memory.used', 'Memory'],
  ['storage.used', 'Storage'],
  ['latency', 'Latency'],
] as const;

/** Selects the attribute that fills the discs. */
function ColourBy() {
  return (
    <select
      class="chooser button-small"
      aria-label="Fill by"
      value={place.value.view.colour ?? ''}
      onChange={(event) => setView({ colour: event.currentTarget.value }, true)}
    >
      {COLOURS.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}

const columns: readonly TableColumn<MeshPeer>[] = [
  {
    id: 'id',
    title: 'Peer',
    cell: (peer) => (
      <>
        <span class={`peer-dot peer-${colourOf(peer)}`} /> {peer.id}
      </>
    ),
    value: ({ id }) => id,
  },
  {
    id: 'status',
    title: 'State',
    width: '88px',
    cell: ({ status }) => status,
    value: ({ status }) => status,
  },
  {
    id: 'role',
    title: 'Role',
    width: '112px',
    isExtra: true,
    cell: ({ role }) => role,
    value: ({ role }) => role,
  },
  {
    id: 'parent',
    title: 'Parent',
    width: '140px',
    isExtra: true,
    cell: ({ parent }) => parent ?? <span class="quiet">–</span>,
    value: ({ parent }) => parent ?? '',
  },
  {
    id: 'address',
    title: 'Address',
    width: '170px',
    isExtra: true,
    cell: ({ addresses }) => <span class="mono">{addresses[0] ?? ''}</span>,
    value: ({ addresses }) => addresses[0] ?? '',
  },
];

function PeerTable({ mesh, onOpen }: { mesh: Mesh; onOpen: (id: string) => void }) {
  const rows = useMemo(() => [...mesh.peers.values()], [mesh.peers]);
  return (
    <DataTable
      label="Peers"
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      isWhole
      sort={place.value.view.sort ?? 'id'}
      onSort={(sort) => setView({ sort })}
      onOpen={({ id }) => onOpen(id)}
      onSelect={({ id }) => onOpen(id)}
    />
  );
}
