// The text of a visit up to the replay position. Each frame only appends new pieces, so that long visits render fast.
import { useEffect, useRef } from 'preact/hooks';
import type { Piece } from './playback.ts';

export function Screen({ pieces, shown }: { pieces: readonly Piece[]; shown: number }) {
  const screen = useRef<HTMLDivElement>(null);
  const drawn = useRef(pieces);
  useEffect(() => {
    const element = screen.current!;
    if (drawn.current !== pieces) element.textContent = '';
    drawn.current = pieces;
    // After seeking back, removes pieces that are no longer shown.
    while (element.childElementCount > shown) element.lastElementChild!.remove();
    const added = pieces.slice(element.childElementCount, shown).map(({ text, isVisitor }) => {
      const span = document.createElement('span');
      span.textContent = text;
      if (isVisitor) span.className = 'visitor-input';
      return span;
    });
    if (added.length === 0) return;
    element.append(...added);
    element.scrollTop = element.scrollHeight;
  }, [pieces, shown]);
  return (
    <div ref={screen} class="replay-screen mono" tabIndex={0} role="region" aria-label="Text of the visit" />
  );
}
