// Display settings of rows in one object, so that a row can compare them by identity.
import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Hosts, PacketRow } from '../../api/types.ts';
import type { ColourRule } from '../../list/colours.ts';
import { type Column, columnNamed, type TimeForm } from '../../list/columns.ts';
import { captures } from '../../state/captures.ts';
import { ruleFor } from '../../state/colour-rules.ts';
import { reference } from '../../state/marks.ts';
import { useResource } from '../../state/resource.ts';
import { isNaming, shownColumns, timeForm } from './list-settings.ts';

export interface Look {
  columns: readonly Column[];
  form: TimeForm;
  /** Start of each capture, as decimal seconds since 1970. */
  beginnings: ReadonlyMap<number, string>;
  reference: string | null;
  names: ReadonlyMap<string, string> | null;
  /** Names of captures by id. */
  captures: ReadonlyMap<number, string>;
  ruleFor: (row: PacketRow) => ColourRule | null;
}

export function useLook(capture: number | null): Look {
  const names = useNames(capture);
  const shown = shownColumns.value;
  const form = timeForm.value;
  const from = reference.value?.time ?? null;
  const rule = ruleFor.value;
  const starts = (captures.value ?? []).map(({ id, first }) => `${id} ${first ?? ''}`).join();
  const named = useCaptureNames();
  const columns = useMemo(() => shown.flatMap((id) => columnNamed(id) ?? []), [shown]);
  // Captures change with every packet, their start times do not.
  const beginnings = useMemo(beginningsOf, [starts]);
  return useMemo(
    () => ({ columns, form, beginnings, reference: from, names, captures: named, ruleFor: rule }),
    [columns, form, beginnings, from, names, named, rule],
  );
}

/** As captures change with every packet, but their names do not. */
function useCaptureNames(): ReadonlyMap<number, string> {
  const known = captures.value ?? [];
  const key = known.map(({ id, name }) => `${id} ${name}`).join('\n');
  return useMemo(() => new Map(known.map(({ id, name }) => [id, name])), [key]);
}

function beginningsOf(): Map<number, string> {
  return new Map((captures.peek() ?? []).flatMap(({ id, first }) => (first === null ? [] : [[id, first]])));
}

/** Names are shown for this many hosts, those with the most traffic. */
const NAMED_MAX = 1000;

/** Host names by address, from the captured traffic only: no DNS queries are made. */
function useNames(capture: number | null): ReadonlyMap<string, string> | null {
  const key = isNaming.value ? `names ${capture}` : null;
  const query = { capture, sort: 'bytes', limit: NAMED_MAX };
  const { data } = useResource(key, (signal) => get<Hosts>('/hosts', query, signal), false);
  return useMemo(() => {
    if (data === null) return null;
    return new Map(
      data.items.flatMap(({ address, name }) => (name === null ? [] : [[address, name] as const])),
    );
  }, [data]);
}
