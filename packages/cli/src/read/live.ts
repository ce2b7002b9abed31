// `eyrie read -i`: reads live packets like those of a file; -a and -b also apply to a pipe.
import { CaptureError, type LiveOptions, type LiveSource, openLive } from '@eyrie/capture';
import { exitStatusOf, UserError } from '../errors.ts';
import { counted, grouped } from '../terminal/units.ts';
import { type Conditions, conditions } from './conditions.ts';

/** The flags as typed. */
export interface LiveReadOptions {
  /** -i */
  readonly interface?: string;
  /** -f, BPF */
  readonly captureFilter?: string;
  /** -s, bytes */
  readonly snapshotLength?: string;
  /** False after -p. */
  readonly promiscuousMode?: boolean;
  /** -a, as in `duration:10` */
  readonly autostop?: readonly string[];
  /** -b, as in `filesize:1000` */
  readonly ringBuffer?: readonly string[];
  /** -w */
  readonly write?: string;
}

/** Conditions that end the capture; without any, Ctrl-C ends it. */
export interface LivePlan extends Conditions {
  /** Null: another program captures, and its packets are read from a pipe. */
  readonly options: LiveOptions | null;
}

const SNAPSHOT_MAX = 262_144;

/** Parses the flags of a live capture, or of one read from a pipe; null for a file. @throws UserError */
export function livePlan(path: string, flags: LiveReadOptions): LivePlan | null {
  const { captureFilter, snapshotLength, promiscuousMode, autostop, ringBuffer } = flags;
  if (flags.interface === undefined) {
    const own = promiscuousMode === false ? '' : undefined;
    const ends = path === '-' ? {} : { '-b': ringBuffer };
    const given = { '-f': captureFilter, '-s': snapshotLength, ...ends, '-p': own };
    const alone = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    if (alone === '-b')
      throw new UserError(`-b goes with -i, the interface to listen on, or with - for standard input`);
    if (alone !== undefined) throw new UserError(`${alone} goes with -i, the interface to listen on`);
    if (autostop === undefined && ringBuffer === undefined) return null;
    return { options: null, ...conditions(autostop ?? [], ringBuffer ?? [], flags.write) };
  }
  const options = {
    ...(captureFilter !== undefined && { filter: captureFilter }),
    ...(snapshotLength !== undefined && { snapLength: snapLength(snapshotLength) }),
    ...(promiscuousMode === false && { promiscuous: false }),
  };
  return { options, ...conditions(autostop ?? [], ringBuffer ?? [], flags.write) };
}

function snapLength(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= SNAPSHOT_MAX) return Number(text);
  throw new UserError(`-s ${text}: bytes kept of each packet, ${SNAPSHOT_MAX} at most; 0 is all`);
}

/** Starts the capture, and prints a line, because the first packet may take long. @throws UserError */
export async function openInterface(name: string, options: LiveOptions): Promise<LiveSource> {
  try {
    const source = await openLive(name, options);
    console.error(`eyrie: listening on ${name} with ${source.tool.name}; Ctrl-C ends it`);
    return source;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new UserError(error.message, exitStatusOf(error));
  }
}

/** Packets captured and lost, on standard error, as tcpdump prints them. */
export function tellEnd(source: LiveSource, frameCount: number): void {
  const lost = source.drops.kernel + source.drops.interface;
  const loss = lost === 0 ? '' : `, ${grouped(lost)} lost: -f or -s makes it less work`;
  console.error(`eyrie: ${counted(frameCount, 'packet')}${loss}`);
}
