// Visits on record: which there are, and one of them played again.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CastEvent, type CastHeader, readCast } from '@eyrie/services/honeypot';
import { FAILED, UserError } from '../errors.ts';
import { bytesText, durationText } from '../terminal/units.ts';
import { honeypotFolder } from './folder.ts';

const ENDING = '.cast';
/** A pause that nobody wants to sit through. */
const PAUSE_SECONDS_MAX = 2;

export interface SessionsOptions {
  readonly folder?: string;
  readonly json?: boolean;
}

export interface ReplayOptions extends SessionsOptions {
  readonly speed: string;
}

export async function listSessions({ folder, json }: SessionsOptions): Promise<number> {
  const sessions: object[] = [];
  for (const name of await names(honeypotFolder(folder))) {
    const cast = readCast(await readFile(join(honeypotFolder(folder), 'sessions', name), 'utf8'));
    if (cast === null) continue;
    const { header, events } = cast;
    const seconds = events.at(-1)?.at ?? 0;
    const sent = events.filter(({ direction }) => direction === 'i');
    const bytes = sent.reduce((sum, { text }) => sum + text.length, 0);
    if (json) sessions.push({ ...header, seconds, bytes });
    else console.log(row(header, seconds, bytes));
  }
  if (json) console.log(JSON.stringify(sessions, null, 2));
  return 0;
}

function row({ session, protocol, source, port }: CastHeader, seconds: number, bytes: number): string {
  const place = `${source} → ${port}`;
  return `${session}  ${protocol.padEnd(10)} ${place.padEnd(28)} ${durationText(seconds).padStart(8)} ${bytesText(bytes).padStart(9)}`;
}

export async function replaySession(wanted: string, { folder, speed }: ReplayOptions): Promise<number> {
  const factor = Number(speed);
  if (!(factor >= 0)) throw new UserError(`--speed takes a number, 0 or more, not '${speed}'`);
  const found = (await names(honeypotFolder(folder))).filter((name) => name.startsWith(wanted));
  if (found.length !== 1) {
    const how = found.length === 0 ? 'no visit begins' : `${found.length} visits begin`;
    throw new UserError(`${how} with '${wanted}': see eyrie honeypot sessions`, FAILED);
  }
  const cast = readCast(await readFile(join(honeypotFolder(folder), 'sessions', found[0]!), 'utf8'));
  if (cast === null) throw new UserError(`${found[0]}: not a record of a visit`, FAILED);
  await play(cast.events, factor, cast.header.protocol === 'ssh' || cast.header.protocol === 'telnet');
  return 0;
}

/** `isEchoed`: what the visitor typed is in the answers already. */
async function play(events: readonly CastEvent[], factor: number, isEchoed: boolean): Promise<void> {
  let before = 0;
  for (const { at, direction, text } of events) {
    if (factor > 0) await sleep((Math.min(PAUSE_SECONDS_MAX, at - before) * 1000) / factor);
    before = at;
    if (direction === 'o') process.stdout.write(harmless(text));
    else if (!isEchoed) process.stdout.write(harmless(text).replace(/^/gm, '> '));
  }
  process.stdout.write('\n');
}

/** A visitor's bytes must not command the terminal of whoever looks: control characters are shown, not sent. */
function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[^\n\t\b\x20-\x7e]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

async function names(folder: string): Promise<string[]> {
  try {
    const all = await readdir(join(folder, 'sessions'));
    return all.filter((name) => name.endsWith(ENDING)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
