// `eyrie time serve`: this machine's time, or that of the servers it follows, for others.
import {
  ClockError,
  HostClock,
  Leap,
  referenceBytes,
  type ServedStatus,
  type ServedTime,
  STRATUM_MAX,
  TimeKeeper,
  TimeServer,
} from '@eyrie/clock';
import { FAILED, UserError } from '../errors.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { portOf, readFile, type ServerOptions, sourcesOf } from './sources.ts';
import { offsetText } from './text.ts';

/** RFC 8915 §7.6. */
const NTS_PORT = '4460';

export interface ServeOptions extends ServerOptions {
  readonly address: string;
  readonly port: string;
  readonly ntsPort?: string;
  readonly key?: string;
  readonly cert?: string;
  readonly from?: string[];
  readonly stratum: string;
}

/** Runs until it is interrupted. */
export async function serve(options: ServeOptions): Promise<number> {
  const port = portOf(options.port);
  const nts = ntsOf(options);
  const keeper = options.from === undefined ? null : new TimeKeeper(sourcesOf(options.from, options));
  const time = keeper === null ? ownTime(stratumOf(options.stratum)) : followedTime(keeper);
  const server = new TimeServer({
    time,
    address: options.address,
    port,
    nts,
  });
  const interrupt = listenForInterrupt();
  try {
    await server.listen();
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    const option = error.code === 'address' ? '--address' : '--port or --nts-port';
    throw new UserError(`${error.message} with ${option}`, FAILED);
  }
  const keys = server.keyPort === null ? '' : `, keys for NTS on TCP port ${server.keyPort}`;
  console.error(`The time is given on ${options.address} UDP port ${server.port}${keys}. Ctrl-C ends it.`);
  keeper?.start(() => {
    const { offset } = keeper.verdict();
    console.error(
      offset === null ? 'No time yet from the servers followed.' : `offset ${offsetText(offset)}`,
    );
  });
  await interrupted(interrupt);
  keeper?.stop();
  await server.close();
  interrupt.end();
  const { answered, limited, ignored } = server.counts;
  console.error(`${answered} answers, ${limited} held back for asking too often, ${ignored} ignored.`);
  return 0;
}

function stratumOf(text: string): number {
  const stratum = Number(text);
  if (Number.isInteger(stratum) && stratum >= 1 && stratum < STRATUM_MAX) return stratum;
  throw new UserError(`--stratum takes a number from 1 to ${STRATUM_MAX - 1}, not '${text}'`);
}

function ntsOf({
  key,
  cert,
  ntsPort,
}: ServeOptions): { port: number; key: Buffer; cert: Buffer } | undefined {
  const port = portOf(ntsPort ?? NTS_PORT);
  if (key === undefined && cert === undefined && ntsPort === undefined) return undefined;
  if (key === undefined || cert === undefined) throw new UserError('NTS needs both --key and --cert');
  return { port, key: readFile(key), cert: readFile(cert) };
}

/** An undisciplined clock, as chrony's `local`: nobody should prefer it to a real one, hence the high stratum. */
function ownTime(stratum: number): ServedTime {
  const clock = new HostClock();
  const status = (): ServedStatus => ({
    stratum,
    leap: Leap.none,
    referenceId: referenceBytes(stratum === 1 ? 'LOCL' : '\x7f\x7f\x01\x01'),
    referenceNs: clock.wallNs(),
    rootDelay: 0,
    rootDispersion: 0.01,
  });
  return { nowNs: () => clock.wallNs(), status };
}

function followedTime(keeper: TimeKeeper): ServedTime {
  const clock = new HostClock();
  const offsetNs = () => BigInt(Math.round((keeper.verdict().offset ?? 0) * 1e9));
  return {
    nowNs: () => clock.wallNs() + offsetNs(),
    status: () => {
      const { offset, distance, sources } = keeper.verdict();
      const followed = sources.filter(({ role }) => role === 'truth').map(({ packet }) => packet!);
      const best = followed.toSorted((a, b) => a.stratum - b.stratum)[0];
      return {
        stratum:
          offset === null || best === undefined ? STRATUM_MAX : Math.min(STRATUM_MAX, best.stratum + 1),
        leap: best?.leap ?? Leap.unsynchronised,
        referenceId: referenceBytes('EYRI'),
        referenceNs: clock.wallNs(),
        rootDelay: best?.rootDelay ?? 0,
        rootDispersion: Number.isFinite(distance) ? distance : 0,
      };
    },
  };
}
