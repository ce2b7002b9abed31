// `eyrie time SERVER…`: each server's offset, and their combined estimate.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Source, type SourceStatus, TimeKeeper, type Verdict } from '@eyrie/clock';
import { FAILED } from '../errors.ts';
import { serversText } from './servers-text.ts';
import { type ServerOptions, samplesOf, sourcesOf } from './sources.ts';
import { behindText } from './text.ts';

/** Between two questions to one server: what every server allows at first. */
const GAP_MS = 500;

export interface CompareOptions extends ServerOptions {
  readonly samples: string;
  readonly json?: boolean;
  readonly peer?: string;
}

export async function compare(servers: readonly string[], options: CompareOptions): Promise<number> {
  if (servers.length === 0) return (await import('./mesh.ts')).meshTime(options);
  const sources = sourcesOf(servers, options);
  const samples = samplesOf(options.samples);
  await Promise.all(sources.map((source) => askRepeatedly(source, samples)));
  const verdict = new TimeKeeper(sources).verdict();
  console.log(options.json ? JSON.stringify(jsonOf(verdict), null, 2) : textOf(verdict));
  return verdict.offset === null ? FAILED : 0;
}

/** A server that does not answer at first is not waited for again and again. */
export async function askRepeatedly(source: Source, samples: number): Promise<void> {
  for (let i = 0; i < samples; i++) {
    if (i > 0) await sleep(GAP_MS);
    await source.poll();
    if (source.state().reach === 0 || source.nextPollMs() === null) return;
  }
}

function textOf(verdict: Verdict): string {
  const lines = verdict.sources.map(({ packet, rootDistance, ...source }) => ({
    ...source,
    stratum: packet?.stratum ?? null,
    distance: rootDistance,
  }));
  return `${serversText(lines)}\n\n${conclusion(verdict)}`;
}

function conclusion({ offset, distance, sources }: Verdict): string {
  if (offset !== null) return behindText(offset, distance);
  return sources.some(({ estimate }) => estimate !== null)
    ? 'No majority of the servers agrees on a time: ask more of them.'
    : 'No server gave a time.';
}

function jsonOf({ offset, distance, jitter, sources }: Verdict): object {
  return {
    offset,
    distance: Number.isFinite(distance) ? distance : null,
    jitter,
    servers: sources.map(serverJson),
  };
}

export function serverJson({
  host,
  isAuthenticated,
  keyId,
  packet,
  estimate,
  rootDistance,
  role,
  fault,
}: SourceStatus): object {
  return {
    host,
    authenticated: isAuthenticated,
    key: keyId,
    role,
    fault,
    stratum: packet?.stratum ?? null,
    offset: estimate?.offset ?? null,
    jitter: estimate?.jitter ?? null,
    delay: estimate?.delay ?? null,
    distance: Number.isFinite(rootDistance) ? rootDistance : null,
  };
}
