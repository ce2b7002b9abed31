// The display filter for the packets of one flow.
import type { FlowRow } from '../../api/types.ts';

export function termForFlow({ transport, stream }: Pick<FlowRow, 'transport' | 'stream'>): string {
  return `${transport}.stream == ${stream}`;
}
