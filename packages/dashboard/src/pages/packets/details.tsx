// Tree and bytes of the selected packet, with a common selection.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PacketBytes, PacketDetail, TreeLine } from '../../api/types.ts';
import { count } from '../../format/numbers.ts';
import { lineAt, sameLine } from '../../list/tree-lines.ts';
import { useResource } from '../../state/resource.ts';
import { openMenu } from '../../ui/menu.tsx';
import { MeshTime } from '../../ui/mesh-moment.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { BytesPane } from './bytes-pane.tsx';
import { openLines, setOpen } from './list-settings.ts';
import { fieldMenu } from './packet-menu.ts';
import { TreePane } from './tree-pane.tsx';

/** Debounce while a key is held: only the last packet is requested. */
const SETTLE_MS = 60;

interface Props {
  /** Id; null: none is selected. */
  packet: number | null;
  /** The link's packet is not stored. */
  isGone: boolean;
  onFollow: () => void;
  onDraw: () => void;
}

export function Details({ packet, isGone, onFollow, onDraw }: Props) {
  const settled = useSettled(packet);
  const key = settled === null ? null : String(settled);
  const detail = useResource(key, (signal) => get<PacketDetail>(`/packets/${settled}`, {}, signal), false);
  const bytes = useResource(
    key,
    (signal) => get<PacketBytes>(`/packets/${settled}/bytes`, {}, signal),
    false,
  );
  const [chosen, setChosen] = useState<{ path: string; line: TreeLine } | null>(null);
  const [buffer, setBuffer] = useState(0);
  const open = useMemo(() => new Set(openLines.value), [openLines.value]);
  const tree = detail.data?.tree ?? null;

  useEffect(() => {
    // The same field stays selected from packet to packet.
    const kept = chosen === null || tree === null ? null : sameLine(tree, chosen);
    setChosen(kept);
    setBuffer(kept !== null && kept.line.length > 0 ? kept.line.buffer : 0);
  }, [detail.data]);

  if (packet === null) {
    return (
      <Empty icon="packets" title={isGone ? 'This packet is not stored any more' : 'No packet selected'}>
        Select one in the list to see its layers and bytes.
      </Empty>
    );
  }
  if (detail.error !== null && tree === null) return <Trouble error={detail.error} onRetry={detail.reload} />;
  if (detail.data === null || tree === null) return <Loading what="Reading the packet" />;

  const choose = (path: string, line: TreeLine) => {
    setChosen({ path, line });
    if (line.length > 0) setBuffer(line.buffer);
  };
  const onByte = (of: number, at: number) => {
    const found = lineAt(tree, of, at);
    if (found === null) return;
    for (const above of found.keys) if (!open.has(above)) setOpen(above, true);
    setChosen(found);
  };
  const mark =
    chosen !== null && chosen.line.buffer === buffer && chosen.line.length > 0 ? chosen.line : null;
  return (
    <div class={`details ${detail.isLoading ? 'stale' : ''}`}>
      <section class="details-tree" aria-label="Layers">
        <TreePane
          tree={tree}
          open={open}
          chosen={chosen?.path ?? ''}
          onOpen={setOpen}
          onChoose={choose}
          onMenu={(event, line, anchor) => openMenu(event, fieldMenu(line), anchor)}
        />
        <Foot detail={detail.data} chosen={chosen?.line ?? null} onFollow={onFollow} onDraw={onDraw} />
      </section>
      <section class="details-bytes" aria-label="Bytes of the packet">
        {bytes.data === null ? (
          bytes.error === null ? (
            <Loading what="Reading bytes" />
          ) : (
            <Trouble error={bytes.error} onRetry={bytes.reload} />
          )
        ) : (
          <BytesPane bytes={bytes.data} buffer={buffer} mark={mark} onBuffer={setBuffer} onByte={onByte} />
        )}
      </section>
    </div>
  );
}

interface FootProps extends Pick<Props, 'onFollow' | 'onDraw'> {
  detail: PacketDetail;
  chosen: TreeLine | null;
}

function Foot({ detail, chosen, onFollow, onDraw }: FootProps) {
  const { context, mesh_time } = detail;
  return (
    <footer class="details-foot">
      <span class="details-line mono">{chosen === null ? '' : footText(chosen)}</span>
      {!context.is_whole && (
        <span class="tag" title="This packet depends on older packets, and too many are in between.">
          read from {count(context.packets)} packets before it only
        </span>
      )}
      {mesh_time !== null && (
        <span class="tag">
          <MeshTime of={mesh_time} /> mesh time
        </span>
      )}
      {detail.flow !== null && (
        <>
          <button type="button" class="button button-small" title="f" onClick={onFollow}>
            Follow stream
          </button>
          <button type="button" class="button button-small" title="l" onClick={onDraw}>
            Ladder and graphs
          </button>
        </>
      )}
    </footer>
  );
}

function footText(line: TreeLine): string {
  const length =
    line.length === 0
      ? ''
      : `, ${count(line.length)} ${line.length === 1 ? 'byte' : 'bytes'} from ${line.start}`;
  return `${line.name || 'no field'}${length}`;
}

function useSettled(packet: number | null): number | null {
  const [settled, setSettled] = useState(packet);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(packet), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [packet]);
  return packet === null ? null : settled;
}
