// `eyrie ui`: the web page before an analyzer, until it is interrupted.
import { UserError } from '../errors.ts';
import { type CommonOptions, configFrom } from '../pipeline/config.ts';
import type { ServingOptions } from '../serving/options.ts';
import { placeFrom } from '../serving/place.ts';
import { serveUntilInterrupted, serviceLog } from '../serving/serve.ts';
import { pageFolder } from './page-folder.ts';

export interface UiOptions extends CommonOptions, ServingOptions {
  readonly analyzer: string;
  readonly analyzerToken?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runUi(options: UiOptions): Promise<number> {
  const place = placeFrom(options, 'ui', configFrom(options));
  const analyzer = analyzerOf(options.analyzer);
  const { log, reload } = serviceLog('ui', options);
  const { buildUi } = await import('@eyrie/services/ui');
  const app = await buildUi({
    folder: pageFolder(),
    analyzer,
    token: options.analyzerToken ?? process.env.EYRIE_ANALYZER_TOKEN ?? null,
    access: place.access,
    log,
  });
  await serveUntilInterrupted(app, place, 'The page', reload);
  return 0;
}

function analyzerOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new UserError(`--analyzer ${text}: must be a URL, as http://127.0.0.1:5003`);
  return url;
}
