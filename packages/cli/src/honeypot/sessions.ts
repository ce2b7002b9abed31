// Visits on record: which there are, and one of them played again.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CastEvent, readCast, type VisitSummary, Visits } from '@eyrie/services/honeypot';
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
  const visits = (await new Visits(honeypotFolder(folder)).list(Number.POSITIVE_INFINITY)).reverse();
  if (json) console.log(JSON.stringify(visits, null, 2));
  else for (const visit of visits) console.log(row(visit));
  return 0;
}

function row({ session, protocol, source, port, seconds, bytesIn }: VisitSummary): string {
  const place = `${source} → ${port}`;
  return `${session}  ${protocol.padEnd(10)} ${place.padEnd(28)} ${durationText(seconds).padStart(8)} ${bytesText(bytesIn).padStart(9)}`;
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
