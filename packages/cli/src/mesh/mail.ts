// Messages: eyrie send, inbox, broadcast.
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { MessageView } from '@eyrie/mesh';
import { FAILED, fileError, UserError } from '../errors.ts';
import { printable } from '../terminal/printable.ts';
import { ask, readTime } from './select.ts';

/** What one message holds. */
const TEXT_BYTES_MAX = 128 << 10;

interface Common {
  peer?: string;
  json?: boolean;
}

const REASONS: Record<string, string> = {
  'not-allowed': 'its policy does not allow that',
  'not-approved': 'it does not know this peer as approved',
  revoked: 'this peer was revoked',
  expired: 'the certificate of this peer has expired',
};

export async function send(
  to: string,
  words: string[],
  options: Common & { file?: string; topic: string; wait: string },
): Promise<number> {
  const text = options.file === undefined ? textOf(words) : shortText(options.file);
  if (text === null) return sendFile(to, resolve(options.file!), options);
  const waitMs = readTime(options.wait, '--wait');
  const outcome = await ask<{ isDelivered: boolean; isWaiting?: boolean; problem: string }>(
    options.peer,
    'send',
    {
      to,
      text,
      topic: options.topic,
      waitMs,
    },
  );
  if (options.json === true) console.log(JSON.stringify(outcome));
  const problem = REASONS[outcome.problem] ?? outcome.problem;
  if (outcome.isDelivered) {
    if (options.json !== true) console.log(`Delivered to ${to}.`);
    return 0;
  }
  if (outcome.isWaiting !== true) throw new UserError(`not sent to ${to}: ${problem}`, FAILED);
  if (options.json !== true)
    console.log(
      `Not delivered yet${problem === '' ? '' : ` (${printable(problem)})`}: it is kept and sent when ${to} can take it.`,
    );
  return 0;
}

export async function inbox(options: Common & { all?: boolean; keep?: boolean }): Promise<void> {
  const messages = await ask<MessageView[]>(options.peer, 'inbox', { all: options.all, keep: options.keep });
  if (options.json === true) return console.log(JSON.stringify(messages, null, 2));
  if (messages.length === 0) return console.log(options.all === true ? 'Nothing came yet.' : 'Nothing new.');
  for (const { from, by, topic, sentMs, isBroadcast, text } of messages) {
    const time = new Date(sentMs).toISOString().replace('T', ' ').slice(0, 19);
    const about = isBroadcast ? ' (to all)' : topic === 'message' ? '' : ` (${printable(topic)})`;
    console.log(`${time}  ${by === null ? from : `${by} over ${from}`}${about}: ${printable(text)}`);
  }
}

export async function broadcast(words: string[], options: Common): Promise<number> {
  const { count, of } = await ask<{ count: number; of: number }>(options.peer, 'broadcast', {
    text: words.join(' '),
  });
  if (options.json === true) console.log(JSON.stringify({ count, of }));
  // A lost link may take counts with it, and never adds any.
  else console.log(`${count < of ? 'At least ' : ''}${count} of ${of} peers have it.`);
  return count >= of ? 0 : FAILED;
}

function textOf(words: string[]): string {
  if (words.length === 1 && words[0] === '-') return readFileSync(0, 'utf8');
  if (words.length === 0)
    throw new UserError('what to send is missing: a text, - for standard input, or --file');
  return words.join(' ');
}

interface FileOutcome {
  sizeBytes: number;
  isTaken: boolean;
  isWaiting: boolean;
  problem: string;
}

/** Offered to the receiver alone, whose peer fetches it; it has to stay where it is until then. */
async function sendFile(to: string, path: string, options: Common & { wait: string }): Promise<number> {
  const waitMs = readTime(options.wait, '--wait');
  const outcome = await ask<FileOutcome>(options.peer, 'sendFile', { to, path, waitMs });
  if (options.json === true) console.log(JSON.stringify(outcome));
  if (outcome.problem !== '')
    throw new UserError(`not sent to ${to}: ${REASONS[outcome.problem] ?? outcome.problem}`, FAILED);
  if (options.json === true) return 0;
  const name = `${basename(path)} (${outcome.sizeBytes} bytes)`;
  console.log(
    outcome.isTaken
      ? `${to} has ${name}.`
      : `${name} is offered to ${to}, whose peer fetches it; leave it where it is until then.`,
  );
  return 0;
}

/** Null of what is long, or no text. */
function shortText(path: string): string | null {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new UserError(`${path} is not a file`);
    const data = stats.size > TEXT_BYTES_MAX ? null : readFileSync(path);
    return data !== null && isUtf8(data) ? data.toString('utf8') : null;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileError(path, error);
  }
}
