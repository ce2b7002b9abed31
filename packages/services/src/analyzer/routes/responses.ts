// Routes for automatic responses to misbehaving peers and their release, answered over the control socket by the peer
// on this machine that holds the authority.
import type { Response } from '../../response/desk.ts';
import { ApiError } from '../errors.ts';
import type { AskPeer } from '../mesh/source.ts';
import {
  BySubject,
  MeasureList,
  type MeasureRow,
  ReleaseBody,
  Released,
  ResponseList,
  type ResponseRow,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers } from './answers.ts';

interface Measured {
  readonly id: string;
  readonly step: MeasureRow['step'];
  readonly reason: string;
  readonly atMs: number;
  readonly untilMs: number;
}

/** @param ask null if no peer runs on this machine */
export function addResponseRoutes(app: Server, ask: AskPeer | null): void {
  const listed = async <T, R>(
    method: string,
    row: (each: T) => R,
  ): Promise<{ items: R[]; problem: string | null }> => {
    if (ask === null) return { items: [], problem: 'no peer runs here' };
    try {
      return { items: ((await ask(method)) as T[]).map(row), problem: null };
    } catch (error) {
      return { items: [], problem: (error as Error).message };
    }
  };

  app.get(
    '/responses',
    {
      schema: answers(
        'security',
        'What was done by policy about whom, or would be; the newest first',
        ResponseList,
      ),
    },
    () => listed('responses', responseRow),
  );

  app.get(
    '/measures',
    { schema: answers('security', 'What is in force about which peers', MeasureList) },
    () => listed('measures', measureRow),
  );

  app.post(
    '/measures/:subject/release',
    {
      schema: {
        ...answers('security', 'End a measure or a block', Released),
        params: BySubject,
        body: ReleaseBody,
      },
    },
    async ({ params: { subject }, body: { reason = '' } }) => {
      if (ask === null) throw new ApiError('not_running', 'no peer runs here', { hint: 'eyrie mesh start' });
      try {
        await ask('release', { id: subject, reason });
      } catch (error) {
        throw new ApiError('not_running', (error as Error).message);
      }
      return { released: subject };
    },
  );
}

function responseRow({ atMs, untilMs, isDone, isTrial, witnesses, ...rest }: Response): ResponseRow {
  return {
    ...rest,
    witnesses: [...witnesses],
    is_trial: isTrial,
    is_done: isDone,
    time: atMs / 1000,
    until: untilMs === null ? null : untilMs / 1000,
  };
}

function measureRow({ id, step, reason, atMs, untilMs }: Measured): MeasureRow {
  return { peer: id, step, reason, since: atMs / 1000, until: untilMs / 1000 };
}
