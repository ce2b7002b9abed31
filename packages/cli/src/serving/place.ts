// From flags to an address to listen on.
import { type Place, placeOf } from '@eyrie/services/analyzer';
import { type Config, tokenMistake } from '@eyrie/services/config';
import { UserError } from '../errors.ts';
import type { ServingOptions, ServingSection } from './options.ts';

/** @throws UserError */
export function placeFrom(options: ServingOptions, section: ServingSection, config: Config): Place {
  const { host = config[section].host, port = String(config[section].port), token, allowHost } = options;
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number > 65_535)
    throw new UserError(`--port ${port}: must be a number from 0 to 65535`);
  const given = token ?? process.env.EYRIE_TOKEN;
  const mistake = given === undefined ? null : tokenMistake(given);
  if (mistake !== null) throw new UserError(`--token or EYRIE_TOKEN: ${mistake}`);
  return placeOf(host, number, given, allowHost ?? []);
}
