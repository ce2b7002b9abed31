/** Reports the results as a table and as JSON. */
import type { Machine, Tool } from './machine.ts';
import { median, type Run } from './measure.ts';
import type { MadeMix } from './mixes.ts';
import { type Command, OURS, type Task } from './tasks.ts';

export interface Measured {
  readonly task: Task;
  /** Null for the start-up measurement. */
  readonly mix: MadeMix | null;
  readonly commands: readonly { readonly command: Command; readonly runs: Run[] }[];
}

interface CommandSummary {
  readonly tool: string;
  readonly line: string;
  /** Why there are no results; null if there are. */
  readonly failed: string | null;
  readonly runs: number;
  readonly wallSeconds: number;
  readonly wallSecondsMin: number;
  readonly wallSecondsMax: number;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly packetsPerSecond: number | null;
  /** Median over the turns of this tool's wall time divided by ours. */
  readonly ratio: number | null;
  /** The same for CPU time, which a busy machine affects less. */
  readonly cpuRatio: number | null;
}

export interface GoalResult {
  readonly text: string;
  readonly met: boolean;
}

export interface TaskSummary {
  readonly task: string;
  readonly what: string;
  readonly mix: string;
  readonly commands: readonly CommandSummary[];
  readonly goals: readonly GoalResult[];
}

export function summarize(measured: readonly Measured[]): TaskSummary[] {
  return measured.map((one) => {
    const ours = one.commands.find(({ command }) => command.tool === OURS);
    const commands = one.commands.map(({ command, runs }) =>
      summarizeCommand(command, runs, ours?.runs ?? [], one.mix?.packets ?? null),
    );
    return {
      task: one.task.name,
      what: one.task.what,
      mix: one.mix?.mix.name ?? 'ten packets',
      commands,
      goals: judge(one.task, commands),
    };
  });
}

function summarizeCommand(
  command: Command,
  runs: readonly Run[],
  ours: readonly Run[],
  packets: number | null,
): CommandSummary {
  const walls = runs.map((each) => each.wallSeconds);
  const wallSeconds = median(walls);
  const bad = runs.find((each) => each.exit !== 0);
  const oursBad = ours.length === 0 || ours.some((each) => each.exit !== 0);
  const turns = Math.min(runs.length, ours.length);
  const ratios = Array.from({ length: turns }, (_, turn) => walls[turn]! / ours[turn]!.wallSeconds);
  const cpuRatios = Array.from({ length: turns }, (_, turn) => quotient(runs[turn]!, ours[turn]!));
  const comparable = command.tool !== OURS && !oursBad && bad === undefined;
  return {
    tool: command.tool,
    line: command.words.join(' '),
    failed:
      bad === undefined
        ? null
        : bad.exit === null
          ? 'ended after the time-out'
          : bad.error || `status ${bad.exit}`,
    runs: runs.length,
    wallSeconds,
    wallSecondsMin: Math.min(...walls),
    wallSecondsMax: Math.max(...walls),
    cpuSeconds: medianKnown(runs.map((each) => each.cpuSeconds)),
    peakBytes: medianKnown(runs.map((each) => each.peakBytes)),
    packetsPerSecond: packets === null ? null : packets / wallSeconds,
    ratio: comparable ? median(ratios) : null,
    cpuRatio: comparable ? medianKnown(cpuRatios) : null,
  };
}

function quotient(theirs: Run, ours: Run): number | null {
  return theirs.cpuSeconds === null || !ours.cpuSeconds ? null : theirs.cpuSeconds / ours.cpuSeconds;
}

function medianKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

function judge(task: Task, commands: readonly CommandSummary[]): GoalResult[] {
  const results: GoalResult[] = [];
  const ours = commands.find((command) => command.tool === OURS);
  if (ours === undefined || ours.failed !== null) return [{ text: 'eyrie does not do this', met: false }];
  for (const goal of task.goals) {
    const other = commands.find((command) => command.tool === goal.than);
    if (other?.ratio === null || other === undefined) continue;
    const aim = goal.ratioAim === undefined ? '' : `, aim ${goal.ratioAim}`;
    const text = `${other.ratio.toFixed(1)} times as fast as ${goal.than} (goal ${goal.ratioMin}${aim})`;
    results.push({ text, met: other.ratio >= goal.ratioMin });
  }
  if (task.peakBytesMax !== undefined && ours.peakBytes !== null) {
    const text = `peak memory ${megabytes(ours.peakBytes)} MB (goal under ${megabytes(task.peakBytesMax)})`;
    results.push({ text, met: ours.peakBytes < task.peakBytesMax });
  }
  if (task.wallSecondsMax !== undefined) {
    const text = `${milliseconds(ours.wallSeconds)} (goal ${milliseconds(task.wallSecondsMax)})`;
    results.push({ text, met: ours.wallSeconds <= task.wallSecondsMax });
  }
  return results;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`;
}

function seconds(value: number): string {
  return value < 1 ? milliseconds(value) : `${value.toFixed(2)} s`;
}

function rate(packetsPerSecond: number | null): string {
  if (packetsPerSecond === null) return '';
  return packetsPerSecond >= 1e6
    ? `${(packetsPerSecond / 1e6).toFixed(2)} M/s`
    : `${(packetsPerSecond / 1e3).toFixed(0)} k/s`;
}

export function reportLines(
  machine: Machine,
  tools: readonly Tool[],
  mixes: readonly MadeMix[],
  summary: readonly TaskSummary[],
): string[] {
  const lines = [
    `Machine: ${machine.cores} cores, ${machine.cpu}, ${megabytes(machine.memoryBytes)} MB, ${machine.system}, Node ${machine.node}, load ${machine.load.toFixed(1)}`,
    `Tools: ${tools.map((tool) => `${tool.name} ${tool.version}`).join(', ')}`,
    '',
  ];
  for (const mix of mixes) {
    const bytes = (mix.bytes / mix.packets).toFixed(0);
    lines.push(
      `${mix.mix.name}: ${megabytes(mix.bytes)} MB, ${mix.packets} packets (${bytes} bytes each), ${mix.sources.length} captures ${mix.rounds} times: ${mix.mix.what}`,
    );
  }
  for (const one of summary) {
    lines.push('', `${one.task} on ${one.mix}: ${one.what}`);
    lines.push(
      `  ${'tool'.padEnd(12)}${'median'.padStart(10)}${'min'.padStart(10)}${'max'.padStart(10)}${'packets'.padStart(12)}${'user+sys'.padStart(10)}${'peak'.padStart(9)}${'ours is'.padStart(10)}${'in cpu'.padStart(10)}${'turns'.padStart(6)}`,
    );
    for (const command of one.commands) lines.push(`  ${commandLine(command)}`);
    for (const goal of one.goals) lines.push(`  ${goal.met ? 'ok  ' : 'MISSED '}${goal.text}`);
  }
  lines.push('', 'Commands');
  const seen = new Set(summary.flatMap((one) => one.commands.map((command) => command.line)));
  for (const line of seen) lines.push(`  ${line}`);
  return lines;
}

function commandLine(command: CommandSummary): string {
  if (command.failed !== null) return `${command.tool.padEnd(12)}failed: ${command.failed}`;
  const { cpuSeconds, peakBytes, ratio, cpuRatio } = command;
  return (
    command.tool.padEnd(12) +
    seconds(command.wallSeconds).padStart(10) +
    seconds(command.wallSecondsMin).padStart(10) +
    seconds(command.wallSecondsMax).padStart(10) +
    rate(command.packetsPerSecond).padStart(12) +
    (cpuSeconds === null ? '–' : seconds(cpuSeconds)).padStart(10) +
    (peakBytes === null ? '–' : `${megabytes(peakBytes)} MB`).padStart(9) +
    (ratio === null ? '' : `× ${ratio.toFixed(1)}`).padStart(10) +
    (cpuRatio === null ? '' : `× ${cpuRatio.toFixed(1)}`).padStart(10) +
    String(command.runs).padStart(6)
  );
}

export function reportJson(
  machine: Machine,
  tools: readonly Tool[],
  mixes: readonly MadeMix[],
  summary: readonly TaskSummary[],
): unknown {
  return {
    machine,
    tools: tools.map(({ name, version }) => ({ name, version })),
    mixes: mixes.map(({ mix, bytes, packets, sources, rounds }) => ({
      name: mix.name,
      what: mix.what,
      bytes,
      packets,
      rounds,
      sources,
    })),
    tasks: summary,
  };
}
