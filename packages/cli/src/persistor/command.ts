// `eyrie persistor`: stores batches that come over HTTP, until it is interrupted.
import { tmpdir } from 'node:os';
import type { Config } from '@eyrie/services/config';
import type { Log } from '@eyrie/services/log';
import type { Store } from '@eyrie/store';
import { honeypotFolder } from '../base-folders.ts';
import { type CommonOptions, configFrom, readConfig } from '../pipeline/config.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { levelOf, limitsKept, reloading } from '../pipeline/reload.ts';
import { auditFor, logFor, queryLogger, serverStore, storeAt } from '../pipeline/settings.ts';
import { userError } from '../pipeline/user-error.ts';
import { grouped } from '../terminal/units.ts';

export interface PersistorCommandOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly store?: string;
  readonly analyzerPort?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runPersistor(options: PersistorCommandOptions): Promise<number> {
  const { host, port, store: url, analyzerPort } = options;
  const flags = { persistor: { host, port }, store: { url }, analyzer: { port: analyzerPort } };
  const config = configFrom(options, flags);
  const [{ Keeper, limitsOf, startPersistor }, { alertsFrom }] = await Promise.all([
    import('@eyrie/services/persistor'),
    import('../pipeline/alerts.ts'),
  ]);
  const log = logFor('persistor', config);
  const alerts = alertsFrom(config, log);
  const interrupt = listenForInterrupt();
  const answers = analyzerPort === undefined ? null : logFor('analyzer', config);
  const store = await storeAt(config.store.url, {
    ...serverStore(config),
    ...(answers === null ? {} : { onQuery: queryLogger(answers) }),
  });
  try {
    const server = await startPersistor({
      ...{ ...config.persistor, log, store },
      token: process.env.EYRIE_TOKEN,
      onFindings: (findings, capture) => alerts?.send(findings, capture),
    }).catch(userError);
    const keeper = new Keeper(store, limitsOf(config.store), log);
    keeper.start();
    interrupt.reload = reloading(() => readConfig(options, flags), config, [
      levelOf(log, answers),
      limitsKept((kept) => keeper.keepTo(limitsOf(kept))),
    ]);
    try {
      const answering = answers === null ? null : await answer(store, config, answers).catch(userError);
      await interrupted(interrupt);
      await answering?.close();
    } finally {
      await keeper.stop();
      await server.close();
    }
    const { packets, batches } = server.counts;
    log.info(`ended; ${grouped(packets)} packets in ${grouped(batches)} batches were stored`);
  } finally {
    await alerts?.close();
    await store.close();
    interrupt.end();
  }
  return 0;
}

/** An analyzer in the same process: only one process can open a DuckDB. */
async function answer(store: Store, config: Config, log: Log) {
  const { buildAnalyzer, listen, placeOf } = await import('@eyrie/services/analyzer');
  const { host, port } = config.analyzer;
  const place = placeOf(host, port, process.env.EYRIE_TOKEN, []);
  const audit = auditFor(config);
  const app = await buildAnalyzer({
    ...{ store, intake: null, log, access: place.access },
    ...{ folder: tmpdir(), page: null, honeypotFolder: honeypotFolder() },
    askPeer: async (method, parameters) =>
      (await import('../mesh/ask-any.ts')).askAnyPeer(method, parameters),
    ...(audit === undefined ? {} : { audit }),
  });
  const address = await listen(app, place, '--analyzer-port').catch(async (error) => {
    await app.close();
    throw error;
  });
  log.info(`answers on ${address}`);
  if (place.isTokenNew) log.info(`its token: ${place.access.token}`);
  return app;
}
