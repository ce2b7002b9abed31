// `eyrie persistor`: stores what comes over HTTP until it is interrupted.
import { startPersistor } from '@eyrie/services/persistor';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { type CommonOptions, configFrom, logFor, storeAt, userError } from '../pipeline/settings.ts';
import { grouped } from '../terminal/units.ts';

export interface PersistorCommandOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly store?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runPersistor(options: PersistorCommandOptions): Promise<number> {
  const { host, port, store: url } = options;
  const config = configFrom(options, { persistor: { host, port }, store: { url } });
  const log = logFor('persistor', config);
  const interrupt = listenForInterrupt();
  const store = await storeAt(config.store.url);
  try {
    const server = await startPersistor({ ...config.persistor, log, store }).catch(userError);
    await interrupted(interrupt);
    await server.close();
    const { packets, batches } = server.counts;
    log.info(`ended; ${grouped(packets)} packets in ${grouped(batches)} batches were stored`);
  } finally {
    await store.close();
    log.flush();
    interrupt.end();
  }
  return 0;
}
