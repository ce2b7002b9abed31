// How the I/O graph is drawn, as its URL has it.

type View = Readonly<Record<string, string>>;

/** Buckets across the graph. */
export const DETAILS = { coarse: 60, medium: 240, fine: 1000 } as const;
export type Detail = keyof typeof DETAILS;

export function detailOf({ detail = '' }: View): Detail {
  return Object.hasOwn(DETAILS, detail) ? (detail as Detail) : 'medium';
}

export interface Manner {
  isLog: boolean;
  /** Per second instead of per bucket. */
  isRate: boolean;
}

export function mannerOf({ scale, per }: View): Manner {
  return { isLog: scale === 'log', isRate: per === 'second' };
}
