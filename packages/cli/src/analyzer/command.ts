// `eyrie analyzer`: the HTTP API over a store, until it is interrupted.
import { tmpdir } from 'node:os';
import { honeypotFolder } from '../base-folders.ts';
import { type CommonOptions, configFrom } from '../pipeline/config.ts';
import { auditFor, queryLogger, serverStore, storeAt } from '../pipeline/settings.ts';
import type { ServingOptions } from '../serving/options.ts';
import { placeFrom } from '../serving/place.ts';
import { serveUntilInterrupted, serviceLog } from '../serving/serve.ts';

export interface AnalyzerOptions extends CommonOptions, ServingOptions {
  readonly store?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runAnalyzer(options: AnalyzerOptions): Promise<number> {
  const flags = { store: { url: options.store } };
  const config = configFrom(options, flags);
  const place = placeFrom(options, 'analyzer', config);
  const { log, reload } = serviceLog('analyzer', options, flags);
  const store = await storeAt(config.store.url, {
    ...serverStore(config),
    ...{ create: false, readOnly: true, onQuery: queryLogger(log) },
  });
  try {
    const audit = auditFor(config);
    const { buildAnalyzer } = await import('@eyrie/services/analyzer');
    const app = await buildAnalyzer({
      store,
      intake: null,
      // Nothing is uploaded to what only reads.
      folder: tmpdir(),
      honeypotFolder: honeypotFolder(),
      askPeer: async (method, parameters) =>
        (await import('../mesh/ask-any.ts')).askAnyPeer(method, parameters),
      access: place.access,
      log,
      ...(audit === undefined ? {} : { audit }),
      page: null,
    });
    await serveUntilInterrupted(app, place, 'The API', reload);
  } finally {
    await store.close();
  }
  return 0;
}
