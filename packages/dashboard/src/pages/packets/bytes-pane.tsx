// The bytes pane: offset, hexadecimal, text. Highlights the bytes of the selected line; a click selects a byte's line.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PacketBytes } from '../../api/types.ts';
import { count } from '../../format/numbers.ts';
import { decode, hexOf, printable } from '../../list/bytes-text.ts';
import { openMenu } from '../../ui/menu.tsx';
import { bytesMenu } from './bytes-menu.ts';

const LINE_HEIGHT = 18;
const SPARE = 4;
/** Below this width a line has eight bytes instead of sixteen. */
const WIDE_PX = 500;

interface Props {
  bytes: PacketBytes;
  buffer: number;
  mark: { start: number; length: number } | null;
  onBuffer: (buffer: number) => void;
  onByte: (buffer: number, at: number) => void;
}

export function BytesPane({ bytes, buffer, mark, onBuffer, onByte }: Props) {
  const shown = bytes.buffers.find((one) => one.buffer === buffer) ?? bytes.buffers[0];
  const data = useMemo(() => decode(shown?.data ?? ''), [shown]);
  const box = useRef<HTMLDivElement>(null);
  const [view, setTop] = useView(box);
  const { perLine } = view;
  useEffect(() => {
    const element = box.current!;
    if (mark === null || mark.length === 0) return;
    const top = Math.floor(mark.start / perLine) * LINE_HEIGHT;
    if (top < element.scrollTop || top + LINE_HEIGHT > element.scrollTop + element.clientHeight) {
      element.scrollTop = Math.max(0, top - LINE_HEIGHT * 2);
    }
  }, [mark, perLine, data]);

  const lines = Math.ceil(data.length / perLine);
  const first = Math.max(0, Math.floor(view.top / LINE_HEIGHT) - SPARE);
  const last = Math.min(lines, Math.ceil((view.top + view.height) / LINE_HEIGHT) + SPARE);
  const numbers = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);

  return (
    <div class="bytes">
      <BytesHead bytes={bytes} shown={shown} onBuffer={onBuffer} />
      <div
        ref={box}
        class="bytes-box mono"
        role="region"
        tabIndex={0}
        aria-label={`Bytes, ${count(data.length)}`}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onContextMenu={(event) => openMenu(event, bytesMenu(data, mark))}
        onKeyDown={(event) => {
          const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
          if (isMenu) openMenu(event, bytesMenu(data, mark), event.currentTarget);
        }}
        onClick={(event) => {
          const at = (event.target as HTMLElement).dataset.at;
          if (at !== undefined) onByte(shown?.buffer ?? 0, Number(at));
        }}
      >
        <div class="bytes-lines" style={{ height: `${lines * LINE_HEIGHT}px` }}>
          {numbers.map((number) => (
            <BytesLine key={number} data={data} start={number * perLine} perLine={perLine} mark={mark} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface View {
  /** Height in pixels above the visible part. */
  top: number;
  height: number;
  /** Bytes per line. */
  perLine: number;
}

/** The visible part of the bytes. */
function useView(box: RefObject<HTMLElement | null>): [View, (top: number) => void] {
  const [view, setView] = useState<View>({ top: 0, height: 400, perLine: 16 });

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() =>
      setView((old) => ({
        ...old,
        height: element.clientHeight,
        perLine: element.clientWidth < WIDE_PX ? 8 : 16,
      })),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [view, (top) => setView((old) => ({ ...old, top }))];
}

/** Selects the buffer if the packet has reassembled ones, and shows how much was captured. */
function BytesHead(props: {
  bytes: PacketBytes;
  shown: PacketBytes['buffers'][number] | undefined;
  onBuffer: (buffer: number) => void;
}) {
  const { bytes, shown, onBuffer } = props;
  const isCut = (shown?.buffer ?? 0) === 0 && bytes.captured_length < bytes.length;
  if (bytes.buffers.length <= 1 && !isCut) return null;
  return (
    <div class="bytes-head">
      {bytes.buffers.length > 1 && (
        <div class="switch" role="group" aria-label="Buffer">
          {bytes.buffers.map((one) => (
            <button
              key={one.buffer}
              type="button"
              aria-pressed={one === shown}
              onClick={() => onBuffer(one.buffer)}
            >
              {one.title} <span class="num">({count(one.length)} bytes)</span>
            </button>
          ))}
        </div>
      )}
      {isCut && (
        <span class="panel-note">
          {count(bytes.captured_length)} of {count(bytes.length)} bytes were captured
        </span>
      )}
    </div>
  );
}

function BytesLine(props: { data: Uint8Array; start: number; perLine: number; mark: Props['mark'] }) {
  const { data, start, perLine, mark } = props;
  const end = Math.min(data.length, start + perLine);
  const isOn = (at: number) => mark !== null && at >= mark.start && at < mark.start + mark.length;
  const at = Array.from({ length: end - start }, (_, i) => start + i);
  const look = (i: number) =>
    `${isOn(i) ? 'on' : ''} ${isOn(i) && isOn(i + 1) && i + 1 < end ? 'on-joined' : ''}`;
  return (
    <div class="bytes-line" style={{ transform: `translateY(${(start / perLine) * LINE_HEIGHT}px)` }}>
      <span class="bytes-offset">{start.toString(16).padStart(4, '0')}</span>
      <span class={`bytes-hex bytes-hex-${perLine}`}>
        {at.map((i) => (
          <span key={i} data-at={i} class={look(i)}>
            {hexOf(data[i]!)}
          </span>
        ))}
      </span>
      <span class="bytes-text">
        {at.map((i) => (
          <span key={i} data-at={i} class={isOn(i) ? 'on' : ''}>
            {printable(data[i]!)}
          </span>
        ))}
      </span>
    </div>
  );
}
