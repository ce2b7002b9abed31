// `eyrie capture`: an interface or a file to a parser over HTTP; the list of interfaces.
import { captureFiles, type ToolName } from '@eyrie/capture';
import type { Encoding } from '@eyrie/services/bus';
import type { Sent } from '@eyrie/services/capture';
import type { Config } from '@eyrie/services/config';
import { FAILED, UserError } from '../errors.ts';
import { type CommonOptions, configFrom, pathFrom, readConfig } from '../pipeline/config.ts';
import { captureFlags, type LiveFlags } from '../pipeline/flags.ts';
import { INTERRUPTED, listenForInterrupt } from '../pipeline/interrupt.ts';
import { levelOf, reloading } from '../pipeline/reload.ts';
import { logFor, ringFrom } from '../pipeline/settings.ts';
import { speedFrom } from '../pipeline/speed.ts';
import { userError } from '../pipeline/user-error.ts';
import { grouped } from '../terminal/units.ts';
import { meshReading } from '../time/clock-reading.ts';
import { listInterfaces } from './interfaces.ts';

export interface CaptureCommandOptions extends CommonOptions, LiveFlags {
  readonly interface?: string;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly parser?: string;
  readonly again?: boolean;
  readonly speed: string;
  readonly loop?: boolean;
}

/** Resolves to the exit status. @throws UserError */
export async function runCapture(file: string | undefined, options: CaptureCommandOptions): Promise<number> {
  if (options.list === true) {
    await listInterfaces(options.json === true);
    return 0;
  }
  if ((file === undefined) === (options.interface === undefined))
    throw new UserError('name a capture file or, with -i, an interface; eyrie capture --list shows them');
  const flags = { capture: { ...captureFlags(options), parser: options.parser } };
  const config = configFrom(options, flags);
  const speed = speedFrom(options.speed);
  if (file !== undefined) await captureFiles(pathFrom(file)).catch(userError);
  const { captureFile, captureLive } = await import('@eyrie/services/capture');
  const log = logFor('capture', config);
  const interrupt = listenForInterrupt();
  interrupt.reload = reloading(() => readConfig(options, flags), config, [levelOf(log)]);
  interrupt.signal.addEventListener('abort', () =>
    log.info('ending; what was read is sent first (Ctrl-C again: at once)'),
  );
  const { parser, encoding, batch_packets: batchPackets, flush_ms: flushMs } = config.capture;
  const service = {
    parser,
    encoding: encoding as Encoding,
    token: process.env.EYRIE_TOKEN,
    log,
    signal: interrupt.signal,
    batchPackets,
    flushMs,
  };
  let sent: Sent;
  try {
    sent =
      file === undefined
        ? await captureLive(
            { ...liveFrom(config), interface: options.interface!, log, meshClock: meshReading },
            service,
          )
        : await captureFile(
            pathFrom(file),
            { speed, loop: options.loop === true, again: options.again === true },
            service,
          );
  } catch (error) {
    userError(error);
  } finally {
    interrupt.end();
  }
  log.info(sentLine(sent, file));
  const problem = problemOf(sent);
  if (problem !== null) throw new UserError(`${file ?? options.interface}: ${problem}`, FAILED);
  return interrupt.signal.aborted && file !== undefined ? INTERRUPTED : 0;
}

export function liveFrom(config: Config) {
  const { filter, snap_length: snapLength, buffer_kib: bufferKib, promiscuous, tool } = config.capture;
  return { filter, snapLength, bufferKib, promiscuous, tool: tool as ToolName | 'auto', ...ringFrom(config) };
}

function problemOf({ problem, refused }: Sent): string | null {
  if (refused === 0) return problem;
  const missing = `the store refused ${grouped(refused)} packets; the parser put them aside, and its log says why`;
  return problem === null ? missing : `${problem}; ${missing}`;
}

function sentLine({ packets, wasStored }: Sent, file: string | undefined): string {
  if (wasStored) return `${file} is stored already; --again stores it once more`;
  return `ended; ${grouped(packets)} packets were sent and stored`;
}
