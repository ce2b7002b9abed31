// A stored flow together with what it takes to read its bytes.
import type { CaptureRow, Store, StoredFlow } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import type { Redissector } from './redissect.ts';

export interface FlowBytes {
  readonly store: Store;
  readonly redissector: Redissector;
  readonly capture: CaptureRow;
  readonly flow: StoredFlow;
}

/** @throws ApiError if there is no such flow, or its capture was deleted */
export async function flowBytes(
  { store, redissector }: Pick<FlowBytes, 'store' | 'redissector'>,
  id: number,
): Promise<FlowBytes> {
  const flow = await storedFlow(store, id);
  const capture = await store.capture(flow.capture);
  if (capture === null) throw new ApiError('no_such_capture', 'the capture of this flow is gone');
  return { store, redissector, capture, flow };
}

/** @throws ApiError if there is no such flow */
export async function storedFlow(store: Store, id: number): Promise<StoredFlow> {
  const flow = await store.flow(id);
  if (flow === null) throw new ApiError('no_such_flow', `there is no flow ${id}`);
  return flow;
}
