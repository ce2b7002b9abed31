// Follow stream: the data of both sides of a conversation, in order.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, addressOf, get } from '../../api/client.ts';
import type { End, FlowRow, FlowStream, FlowSubstreams, PacketRow } from '../../api/types.ts';
import { withPort } from '../../format/addresses.ts';
import { bytes, count } from '../../format/numbers.ts';
import { go, place, setView } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import { announce } from '../../ui/announce.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Switch } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { termForFlow } from '../flows/flow-term.ts';
import { save } from '../packets/packet-menu.ts';
import style from './follow.lazy.css';
import { type Piece, Pieces } from './pieces.tsx';
import {
  NOTHING,
  nameOfSubstream,
  READINGS,
  type Reading,
  readingsOf,
  type Substream,
  streamOf,
  substreamsOf,
  termsOf,
} from './reading.ts';
import { Transferred } from './transferred.tsx';

adoptStyle(style);

const FORMS = ['text', 'hex', 'files'] as const;
type Form = (typeof FORMS)[number];
const SIDES = ['both', '0', '1'] as const;
type Side = (typeof SIDES)[number];

/** What the address has of a followed stream: which one, and how it is shown. */
const CLOSED = { follow: '', form: '', side: '', as: '', substream: '' };

/** A change of how it is shown: Back closes the stream. */
function show(change: Partial<typeof CLOSED>): void {
  setView(change, true);
}

/** What the address says if it is among these, otherwise the first of them. */
function chosenOf<T extends string>(all: readonly [T, ...T[]], text: string | undefined): T {
  return all.find((one) => one === text) ?? all[0];
}

export function Follow({ flow }: { flow: number }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current!.close();
  const row = useResource(String(flow), (signal) => get<FlowRow>(`/flows/${flow}`, {}, signal), false);
  const query = row.data === null ? '' : termForFlow(row.data);
  const { view } = place.value;
  const form = chosenOf(FORMS, view.form);
  const side = chosenOf(SIDES, view.side);
  const transcript = useTranscript(flow, chosenOf(READINGS, view.as), view.substream);
  useEffect(() => dialog.current!.showModal(), []);

  const toPacket = async (frame: number) => {
    if (row.data === null) return;
    const { capture } = row.data;
    const terms = { q: `frame.number == ${frame}`, capture, limit: 1 };
    const { items } = await get<{ items: PacketRow[] }>('/packets', terms);
    if (items[0] === undefined) return announce(`Packet ${count(frame)} is not stored any more`);
    close();
    go({ page: 'packets', item: '', q: query, capture, packet: items[0].id, view: {} });
  };
  const { stream } = transcript;
  const isUnknown = row.error?.code === 'no_such_flow';
  const pieces = useMemo(
    () => (stream?.pieces ?? []).filter((piece) => side === 'both' || String(piece.side) === side),
    [stream, side],
  );
  return (
    <dialog
      ref={dialog}
      class="dialog follow"
      aria-labelledby="follow-title"
      // Not if the address is about another one by now.
      onClose={() => place.value.view.follow === String(flow) && show(CLOSED)}
    >
      <header class="dialog-head">
        <h2 id="follow-title">Follow stream</h2>
        {query !== '' && (
          <button
            type="button"
            class="button button-small mono"
            onClick={() => {
              go({ q: query });
              close();
            }}
          >
            <Icon name="filter" size={12} /> {query}
          </button>
        )}
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {!isUnknown && <Tools flow={flow} row={row.data} {...{ form, side, transcript }} />}
      <div class="follow-body mono" autofocus tabIndex={0} role="region" aria-label="Data of the stream">
        {isUnknown ? (
          <Empty icon="flows" title="This stream is not known">
            It may have been too old to keep, or the link is from another store.
          </Empty>
        ) : form === 'files' ? (
          <Transferred flow={flow} />
        ) : (
          <Data
            transcript={transcript}
            pieces={pieces}
            form={form}
            onPacket={(frame) => toPacket(frame).catch((error) => announce(error.message))}
          />
        )}
      </div>
      {stream !== null && <Sums stream={stream} />}
    </dialog>
  );
}

interface Transcript {
  as: Reading;
  /** Streams within the connection; null while they are looked for. */
  substreams: FlowSubstreams | null;
  substream: Substream | null;
  stream: FlowStream | null;
  error: ApiError | null;
  more: () => void;
  again: () => void;
}

/**
 * The payload as far as it was requested, in one of several decodings.
 * @param wanted stream within the connection, as `nameOfSubstream`; any other text: the first
 */
function useTranscript(flow: number, as: Reading, wanted: string | undefined): Transcript {
  const [substreams, setSubstreams] = useState<FlowSubstreams | null>(null);
  const substream =
    substreams?.items.find((one) => nameOfSubstream(one) === wanted) ?? substreams?.items[0] ?? null;
  const [stream, setStream] = useState<FlowStream | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  /** Aborted once another stream, or another way to read it, is chosen. */
  const chosen = useRef(new AbortController());
  const fail = (problem: unknown) => problem instanceof ApiError && setError(problem);

  useEffect(() => {
    const control = new AbortController();
    setSubstreams(null);
    setStream(null);
    setError(null);
    substreamsOf(flow, as, control.signal).then(setSubstreams, fail);
    return () => control.abort();
  }, [flow, as, attempt]);
  useEffect(() => {
    if (substreams === null) return;
    const control = new AbortController();
    chosen.current = control;
    setStream(null);
    setError(null);
    streamOf(flow, as, substream, null, control.signal).then(setStream, fail);
    return () => control.abort();
  }, [substreams, substream]);
  const more = () => {
    if (stream?.next == null) return;
    streamOf(flow, as, substream, stream.next, chosen.current.signal).then(
      (page) => setStream({ ...page, pieces: [...stream.pieces, ...page.pieces] }),
      fail,
    );
  };
  return {
    ...{ as, substreams, substream, stream, error, more },
    again: () => setAttempt((n) => n + 1),
  };
}

interface DataProps {
  transcript: Transcript;
  /** Pieces of the sides that are shown. */
  pieces: readonly Piece[];
  form: 'text' | 'hex';
  onPacket: (frame: number) => void;
}

function Data({ transcript: { stream, error, as, more, again }, pieces, form, onPacket }: DataProps) {
  return (
    <>
      {error !== null && <Trouble error={error} onRetry={again} />}
      {error === null && stream === null && <Loading what="Reading the stream" />}
      {stream !== null && pieces.length === 0 && <p class="follow-none">{NOTHING[as]}</p>}
      <Pieces pieces={pieces} form={form} onPacket={onPacket} />
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
  row: FlowRow | null;
  form: Form;
  side: Side;
  transcript: Transcript;
}

function Tools({ flow, row, form, side, transcript }: ToolsProps) {
  const { as, substream, stream } = transcript;
  const [a, b] = stream?.sides ?? [];
  const ways = row === null ? [] : readingsOf(row);
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
        onChange={(next) => show({ form: next === 'text' ? '' : next })}
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
            onChange={(next) => show({ side: next === 'both' ? '' : next })}
          />
          {ways.length > 1 && (
            <Switch
              label="As"
              value={as}
              options={ways}
              onChange={(next) => show({ as: next === 'bytes' ? '' : next, substream: '' })}
            />
          )}
          <SubstreamChooser {...transcript} />
          <button
            type="button"
            class="button button-small"
            onClick={() =>
              save(
                addressOf(`/flows/${flow}/stream`, {
                  format: 'raw',
                  side: side === 'both' ? null : side,
                  ...termsOf(as, substream),
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

function SubstreamChooser({ substreams, substream }: Transcript) {
  if (substreams === null || substream === null) return null;
  const { items, is_whole: isWhole } = substreams;
  const several = new Set(items.map(({ connection }) => connection)).size > 1;
  return (
    <>
      <select
        class="chooser"
        aria-label="Stream of the connection"
        value={items.indexOf(substream)}
        onChange={(event) => show({ substream: nameOfSubstream(items[Number(event.currentTarget.value)]!) })}
      >
        {items.map(({ connection, stream }, i) => (
          <option key={`${connection} ${stream}`} value={i}>
            {several ? `Connection ${connection}, stream ${stream}` : `Stream ${stream}`}
          </option>
        ))}
      </select>
      {!isWhole && (
        <span class="note-odd">There may be more streams: these are the first {count(items.length)}</span>
      )}
    </>
  );
}

function Sums({ stream }: { stream: FlowStream }) {
  const sums = [0, 0];
  for (const { side, data } of stream.pieces) sums[side]! += Math.floor((data.length * 3) / 4);
  return (
    <footer class="follow-sums num">
      {stream.sides.map((end, i) => (
        <span key={i} class={`side-${i}`}>
          {nameOf(end)} sent {bytes(sums[i]!)}
        </span>
      ))}
      <span>
        {count(stream.pieces.length)} {stream.pieces.length === 1 ? 'piece' : 'pieces'}
      </span>
    </footer>
  );
}
