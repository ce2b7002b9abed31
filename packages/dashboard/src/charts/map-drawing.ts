// Draws the connection map: lines, arcs of the networks, hosts, and the labels that fit.
import type { ConnectionMap } from '../api/types.ts';
import { token } from '../state/settings.ts';
import { penOf, type Size } from './canvas.ts';
import type { MapLayout } from './map-layout.ts';

/** Pixels around the ring for labels and arcs of networks; a narrow canvas shows only the arcs. */
export const MARGIN = 132;
export const MARGIN_NARROW = 40;
/** Pixels along the ring that a label occupies. */
const LABEL_PX = 12;

/** @param at index of the host under the pointer, -1 for none */
export function drawMap(
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

/** Lines of similar weight share one path, so a thousand strokes become WEIGHTS strokes. */
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
    // Skips the name if it does not fit the arc; the hosts have labels of their own.
    if ((to - from) * out < wide + 8) continue;
    pen.beginPath();
    pen.arc(0, 0, out, from, to);
    pen.stroke();
    // Text along the arc; reversed on the lower half to be upright.
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

/**
 * Draws all labels if they fit, otherwise those of the largest hosts, and always those of the selected host and its
 * peers.
 */
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
