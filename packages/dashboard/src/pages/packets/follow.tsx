// Follow stream: the data of both sides of a conversation, in order.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, addressOf, get } from '../../api/client.ts';
import type { End, FlowStream } from '../../api/types.ts';
import { withPort } from '../../format/addresses.ts';
import { bytes, count } from '../../format/numbers.ts';
import { decode, hexDump, plainText } from '../../list/bytes-text.ts';
import { go } from '../../state/navigation.ts';
import { Icon } from '../../ui/icons.tsx';
import { Switch } from '../../ui/panel.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { save } from './packet-menu.ts';
import { Transferred } from './transferred.tsx';

type Form = 'text' | 'hex' | 'files';
type Side = 'both' | '0' | '1';
/** What the data is taken for: the stream's bytes, what TLS carried, the messages of HTTP. */
type As = 'bytes' | 'tls' | 'http';
type Piece = FlowStream['pieces'][number];

/** Bytes rendered initially; more on demand, as a browser is slow with megabytes of text. */
const DRAWN_BYTES = 256 * 1024;

export function Follow({ flow, query, onClose }: { flow: number; query: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [stream, setStream] = useState<FlowStream | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [form, setForm] = useState<Form>('text');
  const [side, setSide] = useState<Side>('both');
  const [as, setAs] = useState<As>('bytes');
  const [attempt, setAttempt] = useState(0);

  useEffect(() => dialog.current!.showModal(), []);
  useEffect(() => {
    const control = new AbortController();
    setStream(null);
    setError(null);
    ask(flow, as, null, control.signal).then(
      setStream,
      (problem) => problem instanceof ApiError && setError(problem),
    );
    return () => control.abort();
  }, [flow, as, attempt]);

  const more = () => {
    if (stream?.next == null) return;
    ask(flow, as, stream.next).then(
      (page) => setStream({ ...page, pieces: [...stream.pieces, ...page.pieces] }),
      (problem) => problem instanceof ApiError && setError(problem),
    );
  };

  const pieces = (stream?.pieces ?? []).filter((piece) => side === 'both' || String(piece.side) === side);
  return (
    <dialog ref={dialog} class="dialog follow" aria-labelledby="follow-title" onClose={onClose}>
      <header class="dialog-head">
        <h2 id="follow-title">Follow stream</h2>
        {query !== '' && (
          <button
            type="button"
            class="button button-small mono"
            onClick={() => {
              go({ q: query });
              dialog.current!.close();
            }}
          >
            <Icon name="filter" size={12} /> {query}
          </button>
        )}
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </header>
      <Tools
        flow={flow}
        sides={stream?.sides ?? []}
        {...{ form, setForm, side, setSide, as, setAs }}
        isTcp={query.startsWith('tcp')}
      />
      <div class="follow-body mono" tabIndex={0} role="region" aria-label="Data of the stream">
        {form === 'files' ? (
          <Transferred flow={flow} />
        ) : (
          <Said {...{ stream, error, pieces, form, as, more }} onRetry={() => setAttempt((n) => n + 1)} />
        )}
      </div>
      {stream !== null && <Sums stream={stream} />}
    </dialog>
  );
}

const noneText: Record<As, string> = {
  bytes: 'The stream has no data.',
  tls: 'Nothing of it was decrypted: the capture does not hold its secrets, or it is no TLS. --keylog reads them from a file.',
  http: 'No message of HTTP was found in it.',
};

interface SaidProps {
  stream: FlowStream | null;
  error: ApiError | null;
  /** Pieces of the sides that are shown. */
  pieces: Piece[];
  form: 'text' | 'hex';
  as: As;
  more: () => void;
  onRetry: () => void;
}

function Said({ stream, error, pieces, form, as, more, onRetry }: SaidProps) {
  return (
    <>
      {error !== null && <Trouble error={error} onRetry={onRetry} />}
      {error === null && stream === null && <Loading what="Reading the stream" />}
      {stream !== null && pieces.length === 0 && <p class="follow-none">{noneText[as]}</p>}
      <Pieces pieces={pieces} form={form} />
      {stream !== null && !stream.is_whole && (
        <p class="follow-none">The stream is too long to show in full; Save writes all of it.</p>
      )}
      {stream?.next != null && (
        <button type="button" class="button" onClick={more}>
          More
        </button>
      )}
    </>
  );
}

function nameOf({ address, port }: End): string {
  return withPort(address, port);
}

interface ToolsProps {
  flow: number;
  sides: readonly End[];
  form: Form;
  setForm: (form: Form) => void;
  side: Side;
  setSide: (side: Side) => void;
  as: As;
  setAs: (as: As) => void;
  isTcp: boolean;
}

function Tools({ flow, sides: [a, b], form, setForm, side, setSide, as, setAs, isTcp }: ToolsProps) {
  return (
    <div class="follow-tools">
      <Switch
        label="Form"
        value={form}
        options={[
          ['text', 'Text'],
          ['hex', 'Hexadecimal'],
          ['files', 'Files'],
        ]}
        onChange={setForm}
      />
      {form !== 'files' && (
        <>
          <Switch
            label="Sides"
            value={side}
            options={[
              ['both', 'Both'],
              ['0', a === undefined ? 'Client' : nameOf(a)],
              ['1', b === undefined ? 'Server' : nameOf(b)],
            ]}
            onChange={setSide}
          />
          {isTcp && (
            <Switch
              label="As"
              value={as}
              options={[
                ['bytes', 'Bytes'],
                ['tls', 'TLS decrypted'],
                ['http', 'HTTP unpacked'],
              ]}
              onChange={setAs}
            />
          )}
          <button
            type="button"
            class="button button-small"
            onClick={() =>
              save(
                addressOf(`/flows/${flow}/stream`, {
                  format: 'raw',
                  side: side === 'both' ? null : side,
                  protocol: as === 'bytes' ? null : as,
                }),
                `stream-${flow}.bin`,
              )
            }
          >
            <Icon name="download" size={12} /> Save
          </button>
        </>
      )}
    </div>
  );
}

function ask(flow: number, as: As, after: string | null, signal?: AbortSignal): Promise<FlowStream> {
  return get<FlowStream>(`/flows/${flow}/stream`, { protocol: as === 'bytes' ? null : as, after }, signal);
}

function Sums({ stream }: { stream: FlowStream }) {
  const sums = [0, 0];
  for (const { side, data } of stream.pieces) sums[side]! += Math.floor((data.length * 3) / 4);
  return (
    <footer class="follow-sums num">
      {stream.sides.map((end, i) => (
        <span key={i} class={`side-${i}`}>
          {nameOf(end)} said {bytes(sums[i]!)}
        </span>
      ))}
      <span>{count(stream.pieces.length)} pieces</span>
    </footer>
  );
}

function Pieces({ pieces, form }: { pieces: Piece[]; form: 'text' | 'hex' }) {
  const [drawn, setDrawn] = useState(DRAWN_BYTES);
  const texts = useMemo(() => {
    const list: { side: number; frame: number; text: string }[] = [];
    let left = drawn;
    for (const { side, frame, data } of pieces) {
      if (left <= 0) break;
      const bytesOf = decode(data).subarray(0, left);
      left -= bytesOf.length;
      list.push({ side, frame, text: form === 'text' ? plainText(bytesOf) : hexDump(bytesOf) });
    }
    return { list, isCut: left <= 0 };
  }, [pieces, form, drawn]);
  return (
    <>
      {texts.list.map(({ side, frame, text }, i) => (
        <pre key={i} class={`piece side-${side}`} title={`frame ${frame}`}>
          {text}
        </pre>
      ))}
      {texts.isCut && (
        <button type="button" class="button" onClick={() => setDrawn(drawn * 4)}>
          Show more
        </button>
      )}
    </>
  );
}
