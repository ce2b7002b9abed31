// `eyrie import FILE…`: what it is called with is checked before the pipeline and the store are loaded.
import { captureFiles, checkCapture } from '@eyrie/capture';
import { isSmallFile, prepareParser } from '@eyrie/services/parser/thread';
import { engineOf } from '@eyrie/store';
import { type CommonOptions, configFrom, pathFrom } from '../pipeline/config.ts';
import { userError } from '../pipeline/user-error.ts';

export interface ImportOptions extends CommonOptions {
  readonly store?: string;
  readonly again?: boolean;
  readonly json?: boolean;
  readonly rules?: boolean;
  readonly keylog?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function importFiles(names: readonly string[], options: ImportOptions): Promise<number> {
  const config = configFrom(options, {
    store: { url: options.store },
    parser: { keylog: options.keylog },
  });
  const files = (
    await Promise.all(names.map((name) => captureFiles(pathFrom(name)))).catch(userError)
  ).flat();
  try {
    if (config.store.url !== '') engineOf(config.store.url);
    // Of several, the others are stored.
    if (files.length === 1) await checkCapture(files[0]!);
  } catch (error) {
    userError(error);
  }
  // Its thread gets ready while everything else is loaded.
  if (files.some((file) => !isSmallFile(file))) await prepareParser();
  const { storeFiles } = await import('./store-files.ts');
  return storeFiles(files, config, options);
}
