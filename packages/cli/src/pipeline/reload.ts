// SIGHUP: the configuration is read again. What a running service can change is in force at once; the rest is named.
import type { Config } from '@eyrie/services/config';
import type { Level, OpenLog } from '@eyrie/services/log';
import { UserError } from '../errors.ts';

/** A part of a service that takes other options while it runs. */
export interface Reloadable {
  /** Its options, `section.key`. */
  readonly options: readonly string[];
  apply(config: Config): void;
}

/** What the logs of a service show. */
export function levelOf(...logs: (OpenLog | null)[]): Reloadable {
  const apply = ({ log: { level } }: Config) => {
    for (const log of logs) log?.setLevel(level as Level);
  };
  return { options: ['log.level'], apply };
}

/** How much a store keeps. */
export function limitsKept(keep: (store: Config['store']) => void): Reloadable {
  const options = ['store.keep_age', 'store.keep_packets', 'store.keep_bytes'];
  return { options, apply: ({ store }) => keep(store) };
}

/**
 * Returns what is to be done at SIGHUP, which returns one line about it.
 *
 * @param read as at the start: variables and flags go before the file
 */
export function reloading(read: () => Config, atStart: Config, parts: readonly Reloadable[]): () => string {
  let inForce = valuesOf(atStart);
  const live = new Set(parts.flatMap(({ options }) => options));
  return () => {
    let config: Config;
    try {
      config = read();
    } catch (error) {
      if (error instanceof UserError) return `${error.message}; nothing has changed`;
      throw error;
    }
    const values = valuesOf(config);
    const changed = [...values.keys()].filter((option) => values.get(option) !== inForce.get(option));
    const taken = changed.filter((option) => live.has(option));
    for (const part of parts) if (part.options.some((option) => taken.includes(option))) part.apply(config);
    inForce = new Map([...inForce, ...taken.map((option) => [option, values.get(option)] as const)]);
    const waiting = changed.filter((option) => !live.has(option));
    if (changed.length === 0) return 'eyrie.toml has no changes';
    return [
      ...(taken.length > 0 ? [`in force now: ${taken.join(', ')}`] : []),
      ...(waiting.length > 0 ? [`only after a restart: ${waiting.join(', ')}`] : []),
    ].join('; ');
  };
}

function valuesOf(config: Config): Map<string, unknown> {
  return new Map(
    Object.entries(config).flatMap(([section, options]) =>
      Object.entries(options).map(([key, value]) => [`${section}.${key}`, value] as const),
    ),
  );
}
