// `eyrie samples`: the captures that are here and those that can be fetched.
import { join } from 'node:path';
import { bytesText } from '../terminal/units.ts';
import { sizeOf } from './cache.ts';
import { readOwnSamples, readPublicSamples } from './manifest.ts';

export interface ListedSample {
  readonly name: string;
  readonly bytes: number;
  /** Known for bundled captures only. */
  readonly packets?: number;
  readonly shows: string;
  readonly licence: string;
  /** Where the file is, or null if it has to be fetched first. */
  readonly path: string | null;
  /** Where it is published; bundled captures have none. */
  readonly url?: string;
}

/** What `samplesFolder`'s manifests list, with the paths of what is bundled or in `cache`. */
export async function listSamples(samplesFolder: string, cache: string): Promise<ListedSample[]> {
  const own = (await readOwnSamples(samplesFolder)).map(
    ({ file, bytes, packets, shows }): ListedSample => ({
      name: file,
      bytes,
      packets,
      shows,
      licence: 'CC0-1.0',
      path: join(samplesFolder, file),
    }),
  );
  const others = (await readPublicSamples(samplesFolder)).map(async (sample): Promise<ListedSample> => {
    const { name, bytes, shows, licence, url } = sample;
    const path = join(cache, name);
    // The size is enough here: a file gets its name only after its SHA-256 was checked.
    return { name, bytes, shows, licence, path: (await sizeOf(path)) === bytes ? path : null, url };
  });
  return [...own, ...(await Promise.all(others))];
}

/** The list as a person reads it. */
export function formatList(samples: readonly ListedSample[]): string {
  const here = samples.filter((sample) => sample.path !== null);
  const away = samples.filter((sample) => sample.path === null);
  const width = Math.max(0, ...samples.map((sample) => sample.name.length));
  const line = (sample: ListedSample): string =>
    `  ${sample.name.padEnd(width)}  ${bytesText(sample.bytes).padStart(7)}  ${sample.shows}`;
  const parts = ['Here:', ...here.flatMap((sample) => [line(sample), `    ${sample.path}`])];
  if (away.length > 0) {
    parts.push('', 'To fetch with "eyrie samples fetch [NAME...]":', ...away.map(line));
  }
  return `${parts.join('\n')}\n`;
}
