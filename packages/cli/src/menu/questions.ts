// Prompts on a terminal.
import { cancel, confirm, isCancel, select, text } from '@clack/prompts';

/** The person pressed Escape or Ctrl-C at a question. */
export class Cancelled extends Error {}

export interface Questions {
  choose(message: string, options: readonly string[]): Promise<string>;
  text(message: string, initial?: string, mayBeEmpty?: boolean): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

export const terminalQuestions: Questions = {
  choose: async (message, options) =>
    answered(await select({ message, options: options.map((value) => ({ value, label: value })) })),
  text: async (message, initial = '', mayBeEmpty = false) => {
    const validate = (value: string | undefined) =>
      mayBeEmpty || value?.trim() ? undefined : 'Write something, or Escape';
    return answered(await text({ message, initialValue: initial, validate })).trim();
  },
  confirm: async (message) => answered(await confirm({ message, initialValue: false })),
};

export function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel('Nothing done.');
  throw new Cancelled();
}
