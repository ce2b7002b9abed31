// The payload of both directions, piece by piece; each links to the packet that carried it.
import { useMemo, useState } from 'preact/hooks';
import type { FlowStream } from '../../api/types.ts';
import { count } from '../../format/numbers.ts';
import { decode, hexDump, plainText } from '../../list/bytes-text.ts';

export type Piece = FlowStream['pieces'][number];

/** Bytes rendered initially; more on demand, as a browser is slow with megabytes of text. */
const DRAWN_BYTES = 256 * 1024;

interface Props {
  pieces: readonly Piece[];
  form: 'text' | 'hex';
  /** @param frame number of the packet */
  onPacket: (frame: number) => void;
}

export function Pieces({ pieces, form, onPacket }: Props) {
  const [drawn, setDrawn] = useState(DRAWN_BYTES);
  const texts = useMemo(() => textsOf(pieces, form, drawn), [pieces, form, drawn]);
  return (
    <>
      {texts.list.map(({ side, frame, text }, i) => (
        <div key={i} class={`piece side-${side}`}>
          <button
            type="button"
            class="link piece-frame num"
            title={`To packet ${frame}`}
            onClick={() => onPacket(frame)}
          >
            {count(frame)}
          </button>
          {/* The button is for keys and screen readers; a click that selects text is none. */}
          <pre onClick={() => getSelection()?.isCollapsed !== false && onPacket(frame)}>{text}</pre>
        </div>
      ))}
      {texts.isCut && (
        <button type="button" class="button" onClick={() => setDrawn(drawn * 4)}>
          Show more
        </button>
      )}
    </>
  );
}

function textsOf(pieces: readonly Piece[], form: 'text' | 'hex', bytesMax: number) {
  const list: { side: number; frame: number; text: string }[] = [];
  let left = bytesMax;
  for (const { side, frame, data } of pieces) {
    if (left <= 0) break;
    const bytesOf = decode(data).subarray(0, left);
    left -= bytesOf.length;
    list.push({ side, frame, text: form === 'text' ? plainText(bytesOf) : hexDump(bytesOf) });
  }
  return { list, isCut: left <= 0 };
}
