// `eyrie parser`: takes frames over HTTP until it is interrupted.
import type { Encoding } from '@eyrie/services/bus';
import { type CommonOptions, configFrom, readConfig } from '../pipeline/config.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { levelOf, reloading } from '../pipeline/reload.ts';
import { logFor, refusedFolder } from '../pipeline/settings.ts';
import { userError } from '../pipeline/user-error.ts';
import { grouped } from '../terminal/units.ts';

export interface ParserCommandOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly persistor?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runParser(options: ParserCommandOptions): Promise<number> {
  const { host, port, persistor } = options;
  const flags = { parser: { host, port, persistor } };
  const config = configFrom(options, flags);
  const log = logFor('parser', config);
  const interrupt = listenForInterrupt();
  interrupt.reload = reloading(() => readConfig(options, flags), config, [levelOf(log)]);
  const { encoding, ...place } = config.parser;
  const [{ startParserServer }, { silenceFrom }] = await Promise.all([
    import('@eyrie/services/parser'),
    import('../pipeline/alerts.ts'),
  ]);
  const server = await startParserServer({
    ...{ ...place, log, encoding: encoding as Encoding, silence: silenceFrom(config) },
    refusedFolder: refusedFolder(config),
    token: process.env.EYRIE_TOKEN,
  }).catch(userError);
  await interrupted(interrupt);
  await server.close();
  const { packets, batches } = server.counts;
  const { refused } = server;
  const aside =
    refused.counts.bodies === 0
      ? ''
      : `; ${grouped(refused.counts.packets)} packets were refused by the store, see ${refused.folder}`;
  log.info(
    `ended; ${grouped(packets)} packets in ${grouped(batches)} batches were parsed and stored${aside}`,
  );
  interrupt.end();
  return 0;
}
