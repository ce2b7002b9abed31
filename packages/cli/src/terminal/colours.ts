// Whether to use colours, as the person or the environment says (https://no-color.org, https://bixense.com/clicolors).
import { isatty } from 'node:tty';

/**
 * `asked` is --color (true), --no-color (false) or neither. By default for standard output; `process.stdout` would make a
 * stream to tell, which takes 3 ms.
 */
export function useColours(
  option: boolean | undefined,
  stream: { readonly isTTY?: boolean } = { isTTY: isatty(1) },
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (option !== undefined) return option;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && env.TERM !== 'dumb';
}
