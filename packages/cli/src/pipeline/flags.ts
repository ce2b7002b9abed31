// Flags that the commands of the pipeline share.
import type { Command } from 'commander';
import { UserError } from '../errors.ts';

export function addCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'eyrie.toml to read, instead of the usual places')
    .option('--log-level <level>', 'lowest level of lines shown: debug, info, warn, error')
    .option('--log-folder <folder>', "folder of the log files; '' for none");
}

/** Flags of commands that dissect packets. */
export function addKeyLogOption(command: Command): Command {
  return command.option(
    '--keylog <file>',
    'open TLS and QUIC with the secrets in this file, as SSLKEYLOGFILE makes it; it may grow',
  );
}

/** Flags of live captures. */
export function addLiveOptions(command: Command): Command {
  return command
    .option('-f, --capture-filter <bpf>', 'BPF capture filter, as in: tcp port 443')
    .option('-s, --snapshot-length <bytes>', 'bytes kept of each packet')
    .option('-B, --buffer-size <KiB>', "the kernel's buffer")
    .option('-p, --no-promiscuous-mode', 'only packets of this host')
    .option('--tool <name>', 'tcpdump, dumpcap or auto')
    .option('--ring <NxSIZE>', 'bytes of live packets kept on disk, as in 20x100MB')
    .option('--ring-folder <folder>', 'where they are kept');
}

export interface LiveFlags {
  readonly interface?: string;
  readonly captureFilter?: string;
  readonly snapshotLength?: string;
  readonly bufferSize?: string;
  readonly promiscuousMode?: boolean;
  readonly tool?: string;
  readonly ring?: string;
  readonly ringFolder?: string;
}

/** The flags as options of section `capture`. @throws UserError if the filter would filter nothing */
export function captureFlags(flags: LiveFlags): Record<string, unknown> {
  if (flags.captureFilter !== undefined && flags.interface === undefined)
    throw new UserError('-f goes with -i: packets of a file are stored whatever they are');
  return {
    filter: flags.captureFilter,
    snap_length: flags.snapshotLength,
    buffer_kib: flags.bufferSize,
    ...(flags.promiscuousMode === false ? { promiscuous: false } : {}),
    tool: flags.tool,
    ring: flags.ring,
    ring_folder: flags.ringFolder,
  };
}

/** Flags of replays. */
export function addReplayOptions(command: Command): Command {
  return command
    .option('--speed <N>', 'of a file: full, recorded, or so many times as fast', 'full')
    .option('--loop', 'of a file: begin again at the end, until interrupted');
}
