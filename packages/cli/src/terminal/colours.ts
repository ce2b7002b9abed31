// Whether to use colours, as the person or the environment says (https://no-color.org, https://bixense.com/clicolors).

/** `asked` is --color (true), --no-color (false) or neither. */
export function useColours(
  asked: boolean | undefined,
  stream: { readonly isTTY?: boolean } = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (asked !== undefined) return asked;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && env.TERM !== 'dumb';
}
