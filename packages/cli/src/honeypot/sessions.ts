// Recorded visits: a list, and the replay of one.
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CastEvent, type VisitRecord, type VisitSummary, Visits } from '@eyrie/services/honeypot';
import { honeypotFolder } from '../base-folders.ts';
import { FAILED, UserError } from '../errors.ts';
import { pathFrom } from '../pipeline/config.ts';
import { bytesText, durationText } from '../terminal/units.ts';

/** Longest pause in a replay. */
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
  else if (visits.length === 0)
    console.error('No visit has ended yet, which is when it is recorded: eyrie honeypot starts a honeypot.');
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
  const visits = new Visits(honeypotFolder(folder));
  const { events, protocol } = await recordOf(visits, await oneOf(visits, wanted));
  await play(events, factor, protocol === 'ssh' || protocol === 'telnet');
  return 0;
}

export async function exportSession(
  wanted: string,
  file: string,
  { folder }: SessionsOptions,
): Promise<number> {
  const isCast = file.endsWith('.cast');
  if (!isCast && !file.endsWith('.pcapng'))
    throw new UserError(`${file}: a name that ends in .cast, for asciinema, or in .pcapng`);
  const visits = new Visits(honeypotFolder(folder));
  const session = await oneOf(visits, wanted);
  const content = await (isCast ? visits.cast(session) : visits.packets(session));
  if (content === null)
    throw new UserError(
      isCast ? `${session}: not a record of a visit` : await whyNoPackets(visits, session),
      FAILED,
    );
  await writeFile(pathFrom(file), content, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UserError(`${file}: ${error.code === 'EEXIST' ? 'is there already' : error.message}`, FAILED);
    },
  );
  return 0;
}

/** A redirected peer is heard within the mesh's own sessions: its requests are recorded, and no bytes. */
async function whyNoPackets(visits: Visits, session: string): Promise<string> {
  const { protocol } = await recordOf(visits, session);
  return protocol === 'eyrie'
    ? `${session}: of a peer in the decoy mesh the requests are recorded, not packets; export them to a name that ends in .cast`
    : `${session}: this visit has no packets`;
}

/** The visit whose name begins so. @throws UserError */
async function oneOf(visits: Visits, wanted: string): Promise<string> {
  const all = await visits.list(Number.POSITIVE_INFINITY);
  const found = all.map(({ session }) => session).filter((name) => name.startsWith(wanted));
  if (found.length === 1) return found[0]!;
  const how = found.length === 0 ? 'no visit begins' : `${found.length} visits begin`;
  throw new UserError(`${how} with '${wanted}': see eyrie honeypot sessions`);
}

async function recordOf(visits: Visits, session: string): Promise<VisitRecord> {
  const record = await visits.read(session);
  if (record === null) throw new UserError(`${session}: not a record of a visit`, FAILED);
  return record;
}

/** `isEchoed`: the visitor's input is echoed in the answers already. */
async function play(events: readonly CastEvent[], factor: number, isEchoed: boolean): Promise<void> {
  let before = 0;
  for (const { at, direction, text } of events) {
    if (factor > 0) await sleep((Math.min(PAUSE_SECONDS_MAX, at - before) * 1000) / factor);
    before = at;
    if (direction === 'o') process.stdout.write(harmless(text));
    else if (!isEchoed) process.stdout.write(harmless(text).replace(/^(?=[\s\S])/gm, '> '));
  }
  process.stdout.write('\n');
}

/** A visitor's bytes must not control the viewer's terminal: control characters are shown, not sent. */
function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[^\n\t\b\x20-\x7e]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
