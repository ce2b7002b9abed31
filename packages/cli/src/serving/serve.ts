// Serving until interrupted.
import { ListenError, listen, type Place, type ServerLog } from '@eyrie/services/analyzer';
import { FAILED, UserError } from '../errors.ts';
import { type CommonOptions, configFrom, readConfig } from '../pipeline/config.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { levelOf, reloading } from '../pipeline/reload.ts';
import { logFor } from '../pipeline/settings.ts';

type Listening = Parameters<typeof listen>[0];

/** Listens, prints the address, and ends on Ctrl-C or SIGTERM: answers under way are finished. */
export async function serveUntilInterrupted(
  app: Listening,
  place: Place,
  what: string,
  reload: () => string,
): Promise<void> {
  // Before the address is printed: a caller that waits for that line may interrupt at once.
  const interrupt = listenForInterrupt();
  interrupt.reload = reload;
  const address = await listen(app, place, '--port').catch(async (error) => {
    await app.close();
    throw error instanceof ListenError ? new UserError(error.message, FAILED) : error;
  });
  console.error(`${what}: ${address}`);
  if (place.isTokenNew) console.error(`Token, for /login and programs: ${place.access.token}`);
  console.error('Ctrl-C ends it.');
  await interrupted(interrupt);
  await app.close();
  interrupt.end();
}

type Flags = Parameters<typeof readConfig>[1];

/** Requests are kept in the log file, and shown with --debug. */
export function serviceLog(
  service: string,
  options: CommonOptions,
  flags?: Flags,
): { log: ServerLog; reload: () => string } {
  const debug = process.argv.includes('--debug') ? { logLevel: 'debug' } : {};
  const config = configFrom({ ...options, ...debug }, flags);
  const log = logFor(service, config);
  const read = () => readConfig({ ...options, ...debug }, flags);
  return { log, reload: reloading(read, config, [levelOf(log)]) };
}
