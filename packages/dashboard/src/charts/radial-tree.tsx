// The tree of peers on a canvas. Hovering describes a peer, a click opens it, Space folds its subtree.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { paint, token } from '../state/settings.ts';
import { nearest, penOf, placeOf, type Size, useCanvas } from './canvas.ts';
import { layoutTree, type Placed } from './radial-layout.ts';

export interface Mark {
  /** Name of a colour in styles/tokens.css. */
  colour: string;
  /** Fill level of the disc, 0 to 1; null if there is no reading. */
  share: number | null;
  /** Draws a ring around the disc. */
  isChosen: boolean;
  isOutlined: boolean;
}

interface Props {
  parents: ReadonlyMap<string, string | null>;
  root: string;
  markOf: (id: string) => Mark;
  textOf: (id: string) => string;
  onOpen: (id: string) => void;
  label: string;
}

const MARGIN = 24;
const REACH_PX = 14;
/** Up to this number of peers, each has its name beside it. */
const NAMED_MAX = 120;
const NAME_ROOM = 96;
/** Distance of the name from the disc; clears the ring of a selected peer. */
const NAME_GAP = 9;
/** Distance of the root's name below its disc; clears the ring of a selected peer. */
const CENTRE_GAP = 15;

export function RadialTree({ parents, root, markOf, textOf, onOpen, label }: Props) {
  const { holder, canvas, size } = useCanvas();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const colours = paint.value;

  const isNamed = parents.size <= NAMED_MAX;
  const side = isNamed ? Math.min(NAME_ROOM, size.width / 5) : MARGIN;
  const room = { width: Math.max(60, size.width - 2 * side), height: Math.max(60, size.height - 2 * MARGIN) };
  const placed = useMemo(
    () => layoutTree(parents, root, folded, room),
    [parents, root, folded, room.width, room.height],
  );
  const index = placed.findIndex(({ id }) => id === at);

  useEffect(() => {
    if (size.width > 0) draw(canvas.current!, placed, size, markOf, isNamed, at);
  }, [placed, size, markOf, at, colours]);

  const find = (event: MouseEvent) => {
    const { x, y } = placeOf(event, canvas.current!);
    return nearest(placed, x, y, REACH_PX);
  };
  const fold = (id: string) =>
    setFolded((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const onKey = (event: KeyboardEvent) => {
    const now = placed[index];
    const steps: Record<string, () => Placed | null | undefined> = {
      ArrowRight: () => placed[(index + 1) % placed.length],
      ArrowLeft: () => placed[(index + placed.length - 1) % placed.length],
      ArrowUp: () => now?.parent,
      ArrowDown: () => placed.find(({ parent }) => parent === now),
      Home: () => placed[0],
      Escape: () => null,
    };
    const step = steps[event.key];
    if (step !== undefined) setAt(step()?.id ?? (event.key === 'Escape' ? null : at));
    else if (event.key === 'Enter' && now !== undefined) onOpen(now.id);
    else if (event.key === ' ' && now !== undefined) fold(now.id);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={holder}
      class="radial"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, placed.length - 1)}
      aria-valuenow={Math.max(0, index)}
      aria-valuetext={at === null ? 'Arrow keys go from peer to peer, Space folds, Enter opens' : textOf(at)}
      onKeyDown={onKey}
      onPointerMove={(event) => event.pointerType === 'mouse' && setAt(find(event)?.id ?? null)}
      onPointerLeave={(event) => event.pointerType === 'mouse' && setAt(null)}
      onClick={(event) => {
        const found = find(event);
        if (found === null) return setAt(null);
        if (event.shiftKey || event.detail > 1) fold(found.id);
        else onOpen(found.id);
      }}
    >
      <canvas ref={canvas} class={at === null ? '' : 'radial-pointing'} />
      {at !== null && (
        <p class="radial-card" aria-hidden="true">
          {textOf(at)}
        </p>
      )}
    </div>
  );
}

function draw(
  element: HTMLCanvasElement,
  placed: readonly Placed[],
  size: Size,
  markOf: (id: string) => Mark,
  isNamed: boolean,
  at: string | null,
): void {
  const pen = penOf(element, size);
  drawBranches(pen, placed, at);
  const disc = placed.length > 400 ? 4 : placed.length > NAMED_MAX ? 5.5 : 8;
  for (const each of placed) drawPeer(pen, each, markOf(each.id), each.id === at, disc);
  if (isNamed) drawNames(pen, placed, disc, at);
}

function drawBranches(pen: CanvasRenderingContext2D, placed: readonly Placed[], at: string | null): void {
  const all = new Path2D();
  const way = new Path2D();
  const onWay = new Set<Placed>();
  for (let each = placed.find(({ id }) => id === at) ?? null; each !== null; each = each.parent)
    onWay.add(each);
  for (const each of placed) {
    if (each.parent === null) continue;
    const path = onWay.has(each) ? way : all;
    path.moveTo(each.parent.x, each.parent.y);
    path.bezierCurveTo(...each.bend, each.x, each.y);
  }
  pen.lineWidth = 1;
  pen.strokeStyle = token('line-strong');
  pen.stroke(all);
  pen.lineWidth = 2;
  pen.strokeStyle = token('accent-ink');
  pen.stroke(way);
}

function drawPeer(
  pen: CanvasRenderingContext2D,
  { x, y, hidden }: Placed,
  { colour, share, isChosen, isOutlined }: Mark,
  isPointed: boolean,
  disc: number,
): void {
  const radius = disc + (isPointed ? 2 : 0) + (hidden > 0 ? 3 : 0);
  const ink = token(colour);
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fillStyle = token('panel');
  pen.fill();
  pen.globalAlpha = share === null && !isOutlined ? 1 : 0.25;
  pen.fillStyle = ink;
  if (!isOutlined) pen.fill();
  pen.globalAlpha = 1;
  if (share !== null) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * Math.min(1, Math.max(0, share)));
    pen.fill();
  }
  pen.lineWidth = 1.5;
  pen.strokeStyle = ink;
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.stroke();
  if (isChosen) {
    pen.lineWidth = 2.5;
    pen.strokeStyle = token('accent-ink');
    pen.beginPath();
    pen.arc(x, y, radius + 4, 0, Math.PI * 2);
    pen.stroke();
  }
  if (hidden === 0) return;
  pen.fillStyle = token('ink');
  pen.font = `500 10px ${token('font')}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(`+${hidden}`, x, y + radius + 8);
}

function drawNames(
  pen: CanvasRenderingContext2D,
  placed: readonly Placed[],
  disc: number,
  at: string | null,
): void {
  pen.font = `11px ${token('font')}`;
  pen.textBaseline = 'middle';
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeStyle = token('panel');
  for (const { id, x, y, isLeft, depth } of placed) {
    pen.fillStyle = token(id === at ? 'ink' : 'ink-2');
    pen.textAlign = depth === 0 ? 'center' : isLeft ? 'right' : 'left';
    const away = depth === 0 ? 0 : (disc + NAME_GAP) * (isLeft ? -1 : 1);
    const name = id.length > 18 ? `${id.slice(0, 17)}…` : id;
    const line = depth === 0 ? y + disc + CENTRE_GAP : y;
    // An outline in the background colour separates the name from the branches below it.
    pen.strokeText(name, x + away, line);
    pen.fillText(name, x + away, line);
  }
}
