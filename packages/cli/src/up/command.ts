// `eyrie up`: what it is called with is checked before the pipeline, the store and the server are loaded.
import { captureFiles } from '@eyrie/capture';
import { type CommonOptions, configFrom, pathFrom, readConfig } from '../pipeline/config.ts';
import { captureFlags, type LiveFlags } from '../pipeline/flags.ts';
import { speedFrom } from '../pipeline/speed.ts';
import { userError } from '../pipeline/user-error.ts';
import type { ServingOptions } from '../serving/options.ts';
import { placeFrom } from '../serving/place.ts';

export interface UpOptions extends CommonOptions, LiveFlags, ServingOptions {
  readonly interface?: string;
  readonly store?: string;
  readonly again?: boolean;
  readonly speed: string;
  readonly loop?: boolean;
  readonly keylog?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function up(file: string | undefined, options: UpOptions): Promise<number> {
  const flags = {
    capture: captureFlags(options),
    store: { url: options.store },
    parser: { keylog: options.keylog },
  };
  const config = configFrom(options, flags);
  const reread = () => readConfig(options, flags);
  const speed = speedFrom(options.speed);
  const place = placeFrom(options, 'ui', config);
  const files = file === undefined ? [] : await captureFiles(pathFrom(file)).catch(userError);
  const { serveStore } = await import('./serve.ts');
  return serveStore({ config, reread, place, files, speed, options });
}
