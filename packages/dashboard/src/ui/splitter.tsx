// Two panes, one above the other, with a movable border.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

const SHARE_MIN = 0.15;
const SHARE_MAX = 0.85;
const KEY_STEP = 0.04;

interface Props {
  label: string;
  /** The first pane's share of the height, 0 to 1. */
  share: number;
  onShare: (share: number) => void;
  first: ComponentChildren;
  /** Null: the first pane takes all of the height. */
  second: ComponentChildren | null;
}

export function Splitter({ label, share, onShare, first, second }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const isMoving = useRef(false);
  const set = (next: number) => onShare(Math.min(SHARE_MAX, Math.max(SHARE_MIN, next)));
  return (
    <div
      ref={box}
      class="split"
      style={{
        gridTemplateRows:
          second === null ? 'minmax(0, 1fr)' : `minmax(0, ${share}fr) 7px minmax(0, ${1 - share}fr)`,
      }}
    >
      <div class="split-pane">{first}</div>
      {second !== null && (
        <div
          class="split-border"
          role="separator"
          aria-orientation="horizontal"
          aria-label={label}
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={SHARE_MIN * 100}
          aria-valuemax={SHARE_MAX * 100}
          tabIndex={0}
          onPointerDown={(event) => {
            isMoving.current = true;
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            if (!isMoving.current) return;
            const area = box.current!.getBoundingClientRect();
            set((event.clientY - area.top) / area.height);
          }}
          onPointerUp={() => (isMoving.current = false)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowUp') set(share - KEY_STEP);
            else if (event.key === 'ArrowDown') set(share + KEY_STEP);
            else return;
            event.preventDefault();
          }}
        />
      )}
      {second !== null && <div class="split-pane">{second}</div>}
    </div>
  );
}
