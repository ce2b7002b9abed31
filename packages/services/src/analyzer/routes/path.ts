// Route for the network path between two watching peers: delay, loss, routers.
import type { Direction, PeerPath } from '../../path/index.ts';
import type { MeshSource } from '../mesh/source.ts';
import { PathAnswer, PathQuery } from '../schemas/path.ts';
import type { Server } from '../server.ts';
import { answers } from './answers.ts';

export function addPathRoute(app: Server, source: MeshSource): void {
  app.get(
    '/mesh/path',
    {
      schema: {
        ...answers(
          'mesh',
          'Delay, loss and routers between two peers, from the traffic there is',
          PathAnswer,
        ),
        querystring: PathQuery,
      },
    },
    async ({ query: { from, to } }) => answerOf(await source.ask<PeerPath>('path', { from, to })),
  );
}

function answerOf(path: PeerPath): PathAnswer {
  return {
    from: path.from,
    to: path.to,
    forth: directionOf(path.forth),
    back: directionOf(path.back),
    overlap_seconds: path.overlapSeconds,
    one_in: path.oneIn,
    round_trip_ms: path.roundTripMs,
    uncertainty_ms: path.uncertaintyMs,
    is_tcp_left_out: path.isTcpLeftOut,
  };
}

function directionOf(way: Direction): PathAnswer['forth'] {
  const { matched, delay, sent, lost, lossPercent, hops, hopsVary, unseen } = way;
  return {
    matched,
    delay: delay === null ? null : delayOf(delay),
    sent,
    lost,
    loss_percent: lossPercent,
    hops,
    hops_vary: hopsVary,
    unseen,
  };
}

function delayOf({ minMs, medianMs, p95Ms, maxMs, meanMs }: NonNullable<Direction['delay']>) {
  return { min_ms: minMs, median_ms: medianMs, p95_ms: p95Ms, max_ms: maxMs, mean_ms: meanMs };
}
