// Capture, parser, persistor, store, API and page in one process, until it is interrupted.
import { join } from 'node:path';
import { makeFolder, openCapture } from '@eyrie/capture';
import { buildAnalyzer, ListenError, listen, type Place } from '@eyrie/services/analyzer';
import type { Config } from '@eyrie/services/config';
import type { Log } from '@eyrie/services/log';
import { reportRates } from '@eyrie/services/peer';
import { Keeper, limitsOf } from '@eyrie/services/persistor';
import { type FileOptions, PipelineIntake, talkersOf } from '@eyrie/services/pipeline';
import { RefusedBodies } from '@eyrie/services/refused';
import type { Store } from '@eyrie/store';
import { honeypotFolder, uploadFolder } from '../base-folders.ts';
import { liveFrom } from '../capture/command.ts';
import { FAILED, UserError } from '../errors.ts';
import { alertsFrom, silenceFrom } from '../pipeline/alerts.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { levelOf, limitsKept, reloading } from '../pipeline/reload.ts';
import {
  auditFor,
  hasOwnPackets,
  keyLogFrom,
  liveLogsFrom,
  liveStore,
  logFor,
  refusedFolder,
  serverStore,
  storeAt,
} from '../pipeline/settings.ts';
import { temporaryFolder } from '../pipeline/temporary.ts';
import { userError } from '../pipeline/user-error.ts';
import { bundledSample } from '../samples/bundled.ts';
import { systemdNotifier } from '../systemd/notify.ts';
import { bytesText, grouped } from '../terminal/units.ts';
import { meshReading } from '../time/clock-reading.ts';
import { pageFolder } from '../ui/page-folder.ts';
import type { UpOptions } from './command.ts';

const SAMPLE_SHOWN =
  'Shown is the bundled capture of an office hour, until this ends; yours: eyrie up FILE, or eyrie up -i NAME';

export interface ServeOptions {
  readonly config: Config;
  /** The configuration as it is now. */
  readonly reread: () => Config;
  readonly place: Place;
  /** Empty: an interface, or what the store holds. */
  readonly files: readonly string[];
  readonly speed: number;
  readonly options: UpOptions;
}

/** Resolves to the exit status. @throws UserError */
export async function serveStore(request: ServeOptions): Promise<number> {
  const { config, files, options } = request;
  if (files.length === 1 && files[0] !== '-') await checkFormat(files[0]!).catch(userError);
  // A store that has captures shows those; an empty one shows the bundled capture.
  const isBare = files.length === 0 && options.interface === undefined && config.store.url === '';
  if (!isBare || (await hasOwnPackets()))
    return serve({ ...request, url: config.store.url, isSample: false });
  const temporary = temporaryFolder();
  try {
    const url = `duckdb:${join(temporary.path, 'sample.duckdb')}`;
    return await serve({ ...request, files: [await bundledSample()], url, isSample: true });
  } finally {
    temporary.remove();
  }
}

/** Before a page is shown that would stay empty. @throws CaptureError */
async function checkFormat(path: string): Promise<void> {
  const source = await openCapture(path);
  try {
    for await (const _ of source.chunks()) break;
  } finally {
    await source.close();
  }
}

interface Serving extends ServeOptions {
  readonly url: string;
  readonly isSample: boolean;
}

async function serve({
  config,
  reread,
  place,
  files,
  speed,
  url,
  isSample,
  options,
}: Serving): Promise<number> {
  const log = logFor('up', config);
  // The attacks in the bundled capture must not alert anyone.
  const alerts = isSample ? null : alertsFrom(config, log);
  const silence = silenceFrom(config);
  const keyLog = keyLogFrom(config);
  const logs = liveLogsFrom(config);
  const interrupt = listenForInterrupt();
  const isLive = options.interface !== undefined;
  const store = await storeAt(url, isLive ? liveStore(config) : serverStore(config));
  const refused = new RefusedBodies(refusedFolder(config), log);
  const stopTidying = refused.keepTidy();
  const { ring, ringFolder, ...live } = liveFrom(config);
  const intake = new PipelineIntake({
    ...{ store, log, ring, ringFolder, live, rules: config.parser.rules, silence, keyLog, logs },
    onFindings: (findings, capture) => alerts?.send(findings, capture),
    refused,
    meshClock: meshReading,
  });
  try {
    const keeper = new Keeper(store, limitsOf(config.store), log);
    interrupt.reload = reloading(reread, config, [
      levelOf(log),
      limitsKept((kept) => keeper.keepTo(limitsOf(kept))),
    ]);
    const page = await openPage(store, intake, place, log, { audit: auditFor(config), keyLog });
    // An error of the interface must come before the page's URL.
    const { loop = false, again = false } = options;
    const readFiles = () => importFiles(store, intake, files, log, { speed, loop, again }, interrupt.signal);
    const work = await begin(intake, options, readFiles).catch(async (error) => {
      // A page left open from an earlier start may have begun a capture meanwhile.
      await intake.close();
      await page.close();
      throw error;
    });
    page.printAddress();
    console.log(isSample ? SAMPLE_SHOWN : `Store: ${store.place}`);
    console.log('Ctrl-C ends it.');
    keeper.start();
    const stopReporting = reportTraffic(intake, config.peer.share_talkers ? store : null);
    const notifier = systemdNotifier();
    try {
      notifier.ready(`stores into ${store.place}`);
      // The page stays up when a file has been read, or a capture was stopped there.
      await Promise.race([interrupted(interrupt), work.ended.then(() => interrupted(interrupt))]);
    } finally {
      notifier.stopping();
      stopReporting();
      log.info(endingLine(intake.bytesBehind));
      const packets = await intake.close();
      // A file that was ended early is reported first, while the store is open.
      await work.ended.catch(() => {});
      await keeper.stop();
      await page.close();
      log.info(`ended; ${grouped(packets)} packets were stored in ${store.place}`);
    }
  } catch (error) {
    userError(error);
  } finally {
    stopTidying();
    await alerts?.close();
    await store.close();
    interrupt.end();
  }
  return 0;
}

/** To a peer of this user, if one runs. `talkers`: the store with the busiest hosts; null: they are not shared. */
function reportTraffic(intake: PipelineIntake, talkers: Store | null): () => void {
  return reportRates(
    () => intake.counters(),
    async (rates) => {
      const { askAnyPeer } = await import('../mesh/ask-any.ts');
      // Rates are reported even if the store does not answer.
      const busiest = talkers === null ? null : await talkersOf(talkers).catch(() => null);
      return askAnyPeer('traffic', { ...rates, talkers: busiest });
    },
  );
}

function endingLine(bytesBehind: number): string {
  const lag = bytesBehind < 1e6 ? '' : `, of which ${bytesText(bytesBehind)} wait in the ring`;
  return `ending; what was taken in${lag} is stored first (Ctrl-C again: at once)`;
}

interface Page {
  /** The URL; a generated token, too. */
  printAddress(): void;
  close(): Promise<void>;
}

/** Listens. */
async function openPage(
  store: Store,
  intake: PipelineIntake,
  place: Place,
  log: Log,
  { audit, keyLog }: { readonly audit: Log | undefined; readonly keyLog: string },
): Promise<Page> {
  const app = await buildAnalyzer({
    ...(audit === undefined ? {} : { audit }),
    ...{ store, intake, log, keyLog, access: place.access },
    folder: madeUploadFolder(),
    honeypotFolder: honeypotFolder(),
    askPeer: async (method, parameters) =>
      (await import('../mesh/ask-any.ts')).askAnyPeer(method, parameters),
    page: pageFolder(),
  });
  const address = await listen(app, place, '--port').catch(async (error) => {
    await app.close();
    throw error instanceof ListenError ? new UserError(error.message, FAILED) : error;
  });
  return {
    printAddress: () => {
      console.log(`The page: ${address}`);
      if (place.isTokenNew) console.log(`Token, for /login and programs: ${place.access.token}`);
    },
    close: () => app.close(),
  };
}

interface Work {
  /** Resolves when all files are read, or the live capture was stopped on the page; rejects when that has failed. */
  readonly ended: Promise<void>;
}

/** The interface, or the files. Rejects when a live capture can't begin. */
async function begin(
  intake: PipelineIntake,
  { interface: name }: UpOptions,
  readFiles: () => Promise<void>,
): Promise<Work> {
  let ended: Promise<void>;
  if (name === undefined) ended = readFiles();
  else {
    const { capture } = await intake.startLive({ interface: name, filter: '', snapLength: null });
    ended = intake.ended(capture).then((problem) => {
      if (problem !== null) throw new UserError(`${name}: the capture has ended: ${problem}`, FAILED);
    });
  }
  // Handled where it is awaited, later.
  ended.catch(() => {});
  return { ended };
}

/** One after the other, until `ending` is aborted. */
async function importFiles(
  store: Store,
  intake: PipelineIntake,
  files: readonly string[],
  log: Log,
  options: FileOptions,
  ending: AbortSignal,
): Promise<void> {
  for (const path of files) {
    if (ending.aborted) return;
    const { capture, isNew } = await intake.importFile(path, options);
    if (!isNew) log.info(`${path} is stored already, as capture ${capture}; --again stores it once more`);
    await intake.ended(capture);
    const stored = await store.capture(capture);
    if (isNew) log.info(`${path}: ${grouped(stored?.packets ?? 0)} packets are stored`);
  }
}

function madeUploadFolder(): string {
  const folder = uploadFolder();
  makeFolder(folder, 0o700);
  return folder;
}
