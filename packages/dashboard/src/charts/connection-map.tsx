// The connection map on a canvas. Hovering over a host highlights its connections; the arrow keys move around the ring.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ConnectionMap } from '../api/types.ts';
import { bytes, count } from '../format/numbers.ts';
import { paint } from '../state/settings.ts';
import { nearest, placeOf, useCanvas } from './canvas.ts';
import { drawMap, MARGIN, MARGIN_NARROW } from './map-drawing.ts';
import { layoutMap } from './map-layout.ts';

interface Props {
  map: ConnectionMap;
  onOpen: (address: string) => void;
  onMenu: (event: MouseEvent | KeyboardEvent, address: string) => void;
}

const NARROW_PX = 560;
const REACH_PX = 9;

/** Steps around the ring, by key. */
const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function ConnectionMapChart({ map, onOpen, onMenu }: Props) {
  const { holder, canvas, size } = useCanvas();
  const [at, setAt] = useState(-1);
  const colours = paint.value;

  const margin = size.width < NARROW_PX ? MARGIN_NARROW : MARGIN;
  const radius = Math.max(40, Math.min(size.width, size.height) / 2 - margin);
  const layout = useMemo(() => {
    performance.mark('map-begin');
    return layoutMap(map, radius);
  }, [map, radius]);

  useEffect(() => {
    if (size.width === 0) return;
    drawMap(canvas.current!, layout, map, size, margin, at);
    if (at < 0) performance.measure('map-drawn', 'map-begin');
  }, [layout, size, at, colours]);

  const find = (event: MouseEvent) => {
    const { x, y } = placeOf(event, canvas.current!);
    return nearest(layout.hosts, x, y, REACH_PX)?.index ?? -1;
  };

  const onKey = (event: KeyboardEvent) => {
    const ring = layout.hosts;
    const place = ring.findIndex(({ index }) => index === at);
    const step = STEPS[event.key] ?? 0;
    const host = map.hosts[at];
    const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (step !== 0) setAt(ring[(place + step + ring.length) % ring.length]?.index ?? -1);
    else if (event.key === 'Home') setAt(ring[0]?.index ?? -1);
    else if (event.key === 'Enter' && host !== undefined) onOpen(host.address);
    else if (isMenu && host !== undefined) onMenu(event, host.address);
    else if (event.key === 'Escape') setAt(-1);
    else return;
    event.preventDefault();
  };

  const host = map.hosts[at];
  const peers = host === undefined ? [] : peersOf(map, at);
  return (
    <div
      ref={holder}
      class="map"
      role="slider"
      tabIndex={0}
      aria-label="Map of connections"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, map.hosts.length - 1)}
      aria-valuenow={Math.max(
        0,
        layout.hosts.findIndex(({ index }) => index === at),
      )}
      aria-valuetext={
        host === undefined
          ? 'Arrow keys go around the ring'
          : `${host.name ?? ''} ${host.address}, ${bytes(host.bytes)}, ${peers.length} peers`
      }
      onKeyDown={onKey}
      onPointerMove={(event) => event.pointerType === 'mouse' && setAt(find(event))}
      onPointerLeave={(event) => event.pointerType === 'mouse' && setAt(-1)}
      onClick={(event) => {
        const found = find(event);
        // A first touch selects the host, a second opens it. A mouse selects it by hovering.
        if (found >= 0 && found === at) onOpen(map.hosts[found]!.address);
        else setAt(found);
      }}
      onContextMenu={(event) => {
        const found = find(event);
        if (found >= 0) onMenu(event, map.hosts[found]!.address);
      }}
    >
      <canvas ref={canvas} class={at >= 0 ? 'map-pointing' : ''} />
      {host !== undefined && <Card host={host} peers={peers} />}
    </div>
  );
}

type Peer = ConnectionMap['hosts'][number];

/** Number of peers listed on a host's card. */
const PEERS_SHOWN = 6;

function Card({ host, peers }: { host: Peer; peers: readonly Peer[] }) {
  return (
    <div class="map-card" aria-hidden="true">
      <p class="map-card-head">
        {host.name !== null && <strong>{host.name}</strong>} <span class="mono">{host.address}</span>
      </p>
      <p class="num quiet">
        {bytes(host.bytes)} · {count(host.packets)} packets · {count(peers.length)}{' '}
        {peers.length === 1 ? 'peer' : 'peers'}
      </p>
      {peers.slice(0, PEERS_SHOWN).map((peer) => (
        <p key={peer.address} class="map-card-peer">
          <span>{peer.name ?? peer.address}</span>
          <span class="num">{bytes(peer.bytes)}</span>
        </p>
      ))}
    </div>
  );
}

function peersOf(map: ConnectionMap, at: number) {
  return map.links
    .filter(({ a, b }) => a === at || b === at)
    .map(({ a, b, bytes: size }) => ({ ...map.hosts[a === at ? b : a]!, bytes: size }))
    .sort((x, y) => y.bytes - x.bytes);
}
