// Prompts on a terminal.
import { autocomplete, cancel, confirm, isCancel, select, text } from '@clack/prompts';
import type { MemberView, Offer } from '@eyrie/mesh';
import { UserError } from '../errors.ts';
import { ask, askAuthority, askMesh, selectAny } from '../mesh/select.ts';

/** The user pressed Escape or Ctrl-C at a prompt. */
export class Cancelled extends Error {}

/** `others`: all members but the one that asks. */
export type PeerChoice = 'members' | 'others' | 'pending';

export interface Questions {
  choose(message: string, options: readonly string[]): Promise<string>;
  text(message: string, initial?: string, mayBeEmpty?: boolean): Promise<string>;
  confirm(message: string): Promise<boolean>;
  /**
   * The name of a peer: chosen from those that the local peer `viaPeer` knows; if it knows none, typed, or '' of those that are
   * pending.
   */
  peer(message: string, choice: PeerChoice, viaPeer: string | undefined): Promise<string>;
  /** The name of a file that the peer `from` offers to the local peer `viaPeer`; '' if none is known. */
  offer(message: string, from: string, viaPeer: string | undefined): Promise<string>;
}

/** Lists longer than this are searched by typing. */
const LISTED_MAX = 10;

export const terminalQuestions: Questions = {
  choose: async (message, options) =>
    answered(await select({ message, options: options.map((value) => ({ value, label: value })) })),
  text: async (message, initial = '', mayBeEmpty = false) => {
    const validate = (value: string | undefined) =>
      mayBeEmpty || initial !== '' || value?.trim() ? undefined : 'Write something, or Escape';
    // The default, until the user types.
    const given = { placeholder: initial, defaultValue: initial };
    return (answered(await text({ message, ...given, validate })) ?? '').trim() || initial;
  },
  confirm: async (message) => answered(await confirm({ message, initialValue: false })),
  peer: async (message, choice, viaPeer) => {
    const names = await unlessRefused(() => namesOf(choice, viaPeer));
    if (names.length === 0) return choice === 'pending' ? '' : terminalQuestions.text(message);
    return oneOf(message, names);
  },
  offer: async (message, from, viaPeer) => {
    const offers = await unlessRefused(() => ask<Offer[]>(viaPeer, 'offers', { from }));
    return offers.length === 0
      ? ''
      : oneOf(
          message,
          offers.map(({ name }) => name),
        );
  },
};

async function oneOf(message: string, names: readonly string[]): Promise<string> {
  if (names.length <= LISTED_MAX) return terminalQuestions.choose(message, names);
  const options = names.map((value) => ({ value, label: value }));
  return answered(await autocomplete({ message, options, maxItems: LISTED_MAX }));
}

/** Empty if the peer cannot answer: the command itself reports the error, with its remedy. */
async function unlessRefused<T>(list: () => Promise<T[]>): Promise<T[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function namesOf(choice: PeerChoice, viaPeer: string | undefined): Promise<string[]> {
  if (choice === 'pending')
    return (await askAuthority<{ id: string }[]>(viaPeer, choice)).map(({ id }) => id);
  const self = choice === 'others' ? await selectAny(viaPeer) : null;
  const all = await askMesh<MemberView[]>(viaPeer, 'members');
  return all.filter(({ id, revoked }) => revoked === null && id !== self).map(({ id }) => id);
}

export function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel('Nothing done.');
  throw new Cancelled();
}
