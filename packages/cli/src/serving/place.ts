// From flags to an address to listen on; serving until interrupted.
import { ListenError, listen, type Place, placeOf, type Says } from '@eyrie/services/analyzer';
import { type Config, tokenMistake } from '@eyrie/services/config';
import { FAILED, UserError } from '../errors.ts';
import { type CommonOptions, configFrom } from '../pipeline/config.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { logFor } from '../pipeline/settings.ts';
import type { ServingOptions, ServingSection } from './options.ts';

/** @throws UserError */
export function placeFrom(options: ServingOptions, section: ServingSection, config: Config): Place {
  const { host = config[section].host, port = String(config[section].port), token, allowHost } = options;
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number > 65_535)
    throw new UserError(`--port ${port}: say a number from 0 to 65535`);
  const given = token ?? process.env.EYRIE_TOKEN;
  const mistake = given === undefined ? null : tokenMistake(given);
  if (mistake !== null) throw new UserError(`--token or EYRIE_TOKEN: ${mistake}`);
  return placeOf(host, number, given, allowHost ?? []);
}

type Listening = Parameters<typeof listen>[0];

/** Listens, says where, and ends on Ctrl-C or SIGTERM: answers under way are finished. */
export async function serveUntilInterrupted(app: Listening, place: Place, what: string): Promise<void> {
  // Before the address is printed: a caller that waits for that line may interrupt at once.
  const interrupt = listenForInterrupt();
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

/** Requests are kept in the log file, and shown with --debug. */
export function sayings(service: string, options: CommonOptions): Says {
  const level = process.argv.includes('--debug') ? { logLevel: 'debug' } : {};
  return logFor(service, configFrom({ ...options, ...level }));
}
