// The selected packet. Its id is in the URL, so that links and Back select it, too.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client.ts';
import type { PacketDetail, PacketRow } from '../../api/types.ts';
import { go, place } from '../../state/navigation.ts';
import type { ListHandle } from './packet-list.tsx';
import type { Rows } from './rows.ts';

export interface Choice {
  /** Row number, -1 if the packet is not in the list. */
  number: number;
  row: PacketRow;
}

/** @param question identifies what the list shows; a change means that row numbers have changed */
export function useChoice(rows: Rows, question: string, list: { readonly current: ListHandle | null }) {
  const [selected, setSelected] = useState<Choice | null>(null);
  /** Id of a packet that a link names and the store does not have. */
  const [missing, setMissing] = useState<number | null>(null);
  const needed = useRef<{ number: number; then?: ((row: PacketRow) => void) | undefined } | null>(null);
  const wanted = place.value.packet;
  const select = (number: number, row: PacketRow) => {
    needed.current = null;
    setSelected({ number, row });
    go({ packet: row.id }, place.value.packet !== null);
  };

  useEffect(() => {
    if (wanted === null) return setSelected(null);
    if (!rows.isCounted || selected?.row.id === wanted) return;
    const control = new AbortController();
    get<PacketDetail>(`/packets/${wanted}`, {}, control.signal)
      .then(async ({ packet }) => {
        const number = await rows.find(packet);
        if (control.signal.aborted) return;
        setSelected({ number, row: packet });
        if (number >= 0) list.current?.show(number, true);
      })
      .catch((error) => {
        if (error instanceof ApiError && error.code === 'no_such_packet') setMissing(wanted);
      });
    return () => control.abort();
  }, [wanted, question, rows.isCounted, place.value.view.sort]);

  // Row numbers change with the order, and when packets of an earlier capture arrive.
  const there = selected === null ? null : rows.row(selected.number);
  const isMoved = selected !== null && there !== null && there.id !== selected.row.id;
  const mayCome = selected?.number === -1;
  useEffect(() => {
    if (selected === null || !(isMoved || mayCome)) return;
    let isOver = false;
    const find = async () => {
      const number = await rows.find(selected.row);
      if (isOver || number === selected.number) return;
      setSelected({ ...selected, number });
      if (number >= 0) list.current?.show(number, true);
    };
    find().catch(() => {});
    return () => {
      isOver = true;
    };
  }, [isMoved, there?.id, mayCome && rows.total]);

  // Selects a row that was clicked before it was loaded.
  useEffect(() => {
    const pending = needed.current;
    const row = pending === null ? null : rows.row(pending.number);
    if (pending === null || row === null) return;
    select(pending.number, row);
    pending.then?.(row);
  }, [rows.version]);
  const need = (number: number, then?: (row: PacketRow) => void) => {
    needed.current = { number, then };
  };
  return { selected, select, need, isGone: wanted !== null && missing === wanted };
}
