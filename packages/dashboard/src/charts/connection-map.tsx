// The map of connections on a canvas. Point at a host to see whom it talks to; the arrow keys go around the ring.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ConnectionMap } from '../api/types.ts';
import { bytes, count } from '../format/numbers.ts';
import { paint, token } from '../state/settings.ts';
import { nearest, penOf, placeOf, type Size, useCanvas } from './canvas.ts';
import { layoutMap, type MapLayout } from './map-layout.ts';

interface Props {
  map: ConnectionMap;
  onOpen: (address: string) => void;
  onMenu: (event: MouseEvent | KeyboardEvent, address: string) => void;
}

const MARGIN = 132;
const MARGIN_NARROW = 40;
const NARROW_PX = 560;
/** Pixels along the ring that a label needs. */
const LABEL_PX = 12;
const REACH_PX = 9;

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
    draw(canvas.current!, layout, map, size, margin, at);
    if (at < 0) performance.measure('map-drawn', 'map-begin');
  }, [layout, size, at, colours]);

  const find = (event: MouseEvent) => {
    const { x, y } = placeOf(event, canvas.current!);
    return nearest(layout.hosts, x, y, REACH_PX)?.index ?? -1;
  };

  const onKey = (event: KeyboardEvent) => {
    const ring = layout.hosts;
    const place = ring.findIndex(({ index }) => index === at);
    const step =
      event.key === 'ArrowRight' || event.key === 'ArrowDown'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
          ? -1
          : 0;
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
        // The first touch shows, the second opens; a mouse has shown already.
        if (found >= 0 && found === at) onOpen(map.hosts[found]!.address);
        else setAt(found);
      }}
      onContextMenu={(event) => {
        const found = find(event);
        if (found >= 0) onMenu(event, map.hosts[found]!.address);
      }}
    >
      <canvas ref={canvas} class={at >= 0 ? 'map-pointing' : ''} />
      {host !== undefined && (
        <div class="map-card" aria-hidden="true">
          <p class="map-card-head">
            {host.name !== null && <strong>{host.name}</strong>} <span class="mono">{host.address}</span>
          </p>
          <p class="num quiet">
            {bytes(host.bytes)} · {count(host.packets)} packets · {count(peers.length)}{' '}
            {peers.length === 1 ? 'peer' : 'peers'}
          </p>
          {peers.slice(0, 6).map((peer) => (
            <p key={peer.address} class="map-card-peer">
              <span>{peer.name ?? peer.address}</span>
              <span class="num">{bytes(peer.bytes)}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function peersOf(map: ConnectionMap, at: number) {
  return map.links
    .filter(({ a, b }) => a === at || b === at)
    .map(({ a, b, bytes: size }) => ({ ...map.hosts[a === at ? b : a]!, bytes: size }))
    .sort((x, y) => y.bytes - x.bytes);
}

function draw(
  element: HTMLCanvasElement,
  layout: MapLayout,
  map: ConnectionMap,
  size: Size,
  margin: number,
  at: number,
): void {
  const pen = penOf(element, size);
  const near = new Set<number>();
  if (at >= 0) {
    near.add(at);
    for (const { a, b } of map.links) {
      if (a === at) near.add(b);
      if (b === at) near.add(a);
    }
  }
  drawLinks(pen, layout, at);
  drawNetworks(pen, layout, margin);
  drawHosts(pen, layout, at, near);
  if (margin === MARGIN) drawLabels(pen, layout, map, margin, at, near);
}

/** Lines of about the same weight are one path: a thousand strokes become a handful. */
const WEIGHTS = 6;

function drawLinks(pen: CanvasRenderingContext2D, layout: MapLayout, at: number): void {
  const groups = Array.from({ length: WEIGHTS }, () => new Path2D());
  const chosen = new Path2D();
  for (const link of layout.links) {
    const from = layout.byIndex[link.a]!;
    const to = layout.byIndex[link.b]!;
    const path =
      link.a === at || link.b === at
        ? chosen
        : groups[Math.min(WEIGHTS - 1, Math.floor(link.weight * WEIGHTS))]!;
    path.moveTo(from.x, from.y);
    path.bezierCurveTo(link.x1, link.y1, link.x2, link.y2, to.x, to.y);
  }
  const dense = Math.min(1, 260 / Math.max(1, layout.links.length));
  pen.strokeStyle = token('ink-2');
  groups.forEach((path, i) => {
    const share = (i + 1) / WEIGHTS;
    pen.globalAlpha = (at >= 0 ? 0.25 : 1) * (0.1 + 0.55 * share ** 2) * (0.35 + 0.65 * dense);
    pen.lineWidth = 0.5 + 2 * share ** 3;
    pen.stroke(path);
  });
  if (at >= 0) {
    pen.globalAlpha = 0.9;
    pen.strokeStyle = token('accent-ink');
    pen.lineWidth = 1.6;
    pen.stroke(chosen);
  }
  pen.globalAlpha = 1;
}

function drawNetworks(pen: CanvasRenderingContext2D, layout: MapLayout, margin: number): void {
  const out = layout.radius + (margin === MARGIN ? margin - 16 : 16);
  pen.lineWidth = 2;
  pen.strokeStyle = token('line-strong');
  pen.fillStyle = token('ink-3');
  pen.font = `500 11px ${token('font')}`;
  pen.textBaseline = 'middle';
  for (const { name, from, to } of layout.networks) {
    const middle = (from + to) / 2;
    const wide = pen.measureText(name).width;
    // An arc that cannot say which network it is says nothing: the hosts' own labels do.
    if ((to - from) * out < wide + 8) continue;
    pen.beginPath();
    pen.arc(0, 0, out, from, to);
    pen.stroke();
    // Along the arc, readable from below on the lower half.
    const isLower = Math.sin(middle) > 0;
    pen.save();
    pen.rotate(middle + (isLower ? -Math.PI / 2 : Math.PI / 2));
    pen.textAlign = 'center';
    pen.fillText(name, 0, isLower ? out + 9 : -out - 9);
    pen.restore();
  }
}

function drawHosts(
  pen: CanvasRenderingContext2D,
  layout: MapLayout,
  at: number,
  near: ReadonlySet<number>,
): void {
  const accent = token('accent-ink');
  const quiet = token('ink-3');
  const ground = token('panel');
  pen.lineWidth = 1.5;
  pen.strokeStyle = ground;
  for (const host of layout.hosts) {
    pen.fillStyle = at < 0 || near.has(host.index) ? accent : quiet;
    pen.globalAlpha = at < 0 || near.has(host.index) ? 1 : 0.4;
    pen.beginPath();
    pen.arc(host.x, host.y, host.index === at ? host.size + 2 : host.size, 0, Math.PI * 2);
    pen.fill();
    if (host.size > 3) pen.stroke();
  }
  pen.globalAlpha = 1;
}

/** All labels where there is room, else those of the largest hosts, and always those of the chosen one and its peers. */
function drawLabels(
  pen: CanvasRenderingContext2D,
  layout: MapLayout,
  map: ConnectionMap,
  margin: number,
  at: number,
  near: ReadonlySet<number>,
): void {
  const room = margin - 34;
  const ink = token('ink');
  const quiet = token('ink-2');
  pen.textBaseline = 'middle';
  pen.font = `11px ${token('font')}`;
  const turn = LABEL_PX / layout.radius;
  const bySize = [...layout.hosts].sort((a, b) => {
    const first =
      Number(b.index === at) - Number(a.index === at) ||
      Number(near.has(b.index)) - Number(near.has(a.index));
    return first || map.hosts[b.index]!.bytes - map.hosts[a.index]!.bytes;
  });
  const taken: number[] = [];
  for (const host of bySize) {
    if (taken.some((angle) => Math.abs(angle - host.angle) < turn)) continue;
    taken.push(host.angle);
    const { name, address } = map.hosts[host.index]!;
    const isLeft = Math.cos(host.angle) < 0;
    const away = layout.radius + host.size + 5;
    pen.save();
    pen.rotate(host.angle + (isLeft ? Math.PI : 0));
    pen.textAlign = isLeft ? 'right' : 'left';
    pen.fillStyle = at >= 0 && near.has(host.index) ? ink : quiet;
    pen.globalAlpha = at < 0 || near.has(host.index) ? 1 : 0.3;
    pen.fillText(fitted(pen, name ?? address, room), isLeft ? -away : away, 0);
    pen.restore();
  }
  pen.globalAlpha = 1;
}

function fitted(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 4 && pen.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}
