// The shells that we can complete in.
import { bashCompletion } from './bash.ts';
import type { CommandFacts } from './describe.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

export const completions: Readonly<Record<string, (tree: CommandFacts) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
