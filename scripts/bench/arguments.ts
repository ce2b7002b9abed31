// Arguments of benchmarks: --help prints a usage text; a wrong argument is one line on stderr, and exit status 2.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/**
 * Parses the command line. Ends the process after --help, and with status 2 if an option is unknown or there are too many
 * or too few positional arguments.
 *
 * @param usage text for --help; its first line says what is measured
 * @param positionals at least, and at most
 */
export function argumentsOf<T extends ParseArgsOptionsConfig>(
  usage: string,
  options: T,
  [least, most]: readonly [least: number, most: number] = [0, 0],
) {
  const help = { help: { type: 'boolean', short: 'h', default: false } } as const;
  try {
    const { values, positionals } = parseArgs({
      options: { ...options, ...help } as T & typeof help,
      allowPositionals: true,
    });
    if ((values as { help?: boolean }).help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    if (positionals.length < least) wrong('something is missing');
    if (positionals.length > most) wrong(`${positionals[most]} is one argument too many`);
    return { values, positionals };
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    return wrong((error as Error).message.split('. ')[0]!);
  }
}

/** @param name as in the usage text */
export function positive(name: string, text: string): number {
  const number = Number(text);
  return number > 0 && Number.isFinite(number)
    ? number
    : wrong(`${name} takes a positive number, not ${text}`);
}

/** @param name as in the usage text */
export function positiveInteger(name: string, text: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0
    ? number
    : wrong(`${name} takes a whole number above 0, not ${text}`);
}

/** Ends the process. */
export function wrong(what: string): never {
  process.stderr.write(`${what}; --help shows what there is\n`);
  process.exit(2);
}
