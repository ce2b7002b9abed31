/** The comparison as text and as JSON. */
import { type Causes, EVERY_FIELD, type Group, type RankedGroup } from './causes.ts';
import type { ComparedField, Goals } from './fields.ts';
import { goalOf } from './fields.ts';
import type { FileResult } from './pair.ts';
import { type FieldScore, scoreField } from './tally.ts';

export interface Report {
  readonly scores: readonly FieldScore[];
  readonly results: readonly FileResult[];
  readonly causes: Causes;
  readonly fields: readonly ComparedField[];
  /** Fields that one side has no name for. */
  readonly unknown: { readonly theirs: readonly string[]; readonly ours: readonly string[] };
  readonly counted: readonly FileResult[];
  readonly seconds: number;
}

export function makeReport(
  fields: readonly ComparedField[],
  goals: Goals,
  results: readonly FileResult[],
  causes: Causes,
  unknown: Report['unknown'],
  seconds: number,
): Report {
  const counted = results.filter((result) => result.leftOut === null);
  const tallies = counted.map((result) => result.tally);
  const scores = fields.map((field, index) => scoreField(field, index, goalOf(field, goals), tallies));
  return { scores, results, causes, fields, unknown, counted, seconds };
}

/** Whether every field with a goal reached it, on at least one file. */
export function goalsMet(report: Report): boolean {
  return report.counted.length > 0 && report.scores.every((score) => score.met);
}

const GROUP_TITLES: Record<string, string> = {
  link: 'Link',
  network: 'Network',
  transport: 'Transport',
  names: 'Protocol names',
  application: 'Application (reported, no goal)',
  info: 'Info column (reported, no goal)',
};

function percent(share: number | null): string {
  if (share === null) return '–';
  // Cut, not rounded: 99.999 % must not look like agreement.
  const cut = Math.floor(share * 100_000) / 1000;
  return `${cut.toFixed(3)} %`;
}

export function scoreLines(report: Report, all: boolean): string[] {
  const lines: string[] = [];
  const head = `${'field'.padEnd(44)}${'mean/file'.padStart(11)}${'packets'.padStart(11)}${'where set'.padStart(11)}${'set, pooled'.padStart(13)}${'set in'.padStart(10)}  files  goal`;
  for (const [group, title] of Object.entries(GROUP_TITLES)) {
    const scores = report.scores.filter((score) => score.group === group);
    const shown = scores.filter((score) => all || score.packetsPresent > 0);
    if (shown.length === 0) continue;
    lines.push('', title, head);
    for (const score of shown) lines.push(scoreLine(score));
    const quiet = scores.length - shown.length;
    if (quiet > 0) lines.push(`(${quiet} more with no value on either side)`);
    const mean = shown.reduce((sum, score) => sum + score.agreement, 0) / shown.length;
    const goals = scores.filter((score) => score.goal !== null);
    const met = goals.filter((score) => score.met).length;
    const verdict = goals.length === 0 ? '' : `; ${met} of ${goals.length} reach their goal`;
    lines.push(`${'mean of these'.padEnd(44)}${percent(mean).padStart(11)}${verdict}`);
  }
  return lines;
}

/** `thin`: the goal is met only thanks to the packets that do not have the field. */
function verdictOf(score: FieldScore): 'ok  ' | 'thin' | 'LOW ' {
  if (!score.met) return 'LOW ';
  return (score.agreementPresent ?? 1) < (score.goal ?? 0) ? 'thin' : 'ok  ';
}

function scoreLine(score: FieldScore): string {
  const verdict = score.goal === null ? '' : `${verdictOf(score)} ${(score.goal * 100).toFixed(1)} %`;
  return (
    score.name.padEnd(44) +
    percent(score.agreement).padStart(11) +
    percent(score.agreementPooled).padStart(11) +
    percent(score.agreementPresent).padStart(11) +
    percent(score.agreementPresentPooled).padStart(13) +
    String(score.packetsPresent).padStart(10) +
    String(score.filesPresent).padStart(7) +
    `  ${verdict}`
  ).trimEnd();
}

const WORST_FILES = 12;

/** The files that pull the fields below their goals down most, with the fields they agree least on. */
export function worstLines(report: Report): string[] {
  const low = report.scores.map((score, index) => ({ score, index })).filter(({ score }) => !score.met);
  const files = report.counted
    .map(({ tally }) => {
      const fields = low
        .map(({ score, index }) => ({ name: score.name, agreement: tally.agreement(index) }))
        .filter((field) => field.agreement < 1)
        .sort((one, other) => one.agreement - other.agreement);
      return { file: tally.file, fields, lack: fields.reduce((sum, field) => sum + 1 - field.agreement, 0) };
    })
    .filter((file) => file.lack > 0)
    .sort((one, other) => other.lack - one.lack);
  if (files.length === 0) return [];
  const lines = ['', `Files that cost most of the ${low.length} fields below their goal`];
  for (const { file, fields } of files.slice(0, WORST_FILES)) {
    const worst = fields.slice(0, 4).map((field) => `${field.name} ${percent(field.agreement)}`);
    const more = fields.length > 4 ? ` and ${fields.length - 4} fields more` : '';
    lines.push(`${shortName(file)}: ${worst.join(', ')}${more}`);
  }
  return lines;
}

/**
 * The costliest groups, first of the fields that have a goal, then of those only reported. Fields
 * unknown to one side are listed at the end.
 */
export function causeLines(report: Report, show: number): string[] {
  const unknown = [...report.unknown.ours, ...report.unknown.theirs];
  const groups = report.causes
    .groups(report.counted.length)
    .filter((group) => !unknown.includes(group.field));
  if (groups.length === 0) return ['', unknown.length > 0 ? 'No other disagreement.' : 'No disagreement.'];
  const withGoal = new Set(report.scores.filter((score) => score.goal !== null).map((score) => score.name));
  withGoal.add(EVERY_FIELD);
  return [
    ...groupLines(
      'Disagreements by cause',
      groups.filter((group) => withGoal.has(group.field)),
      show,
    ),
    ...groupLines(
      'Disagreements over fields without a goal',
      groups.filter((group) => !withGoal.has(group.field)),
      show,
    ),
  ];
}

function groupLines(title: string, groups: readonly RankedGroup[], show: number): string[] {
  if (groups.length === 0) return [];
  const lines = [
    '',
    `${title}: ${Math.min(show, groups.length)} of ${groups.length} groups, theirs → ours (points: percentage points that a group costs its field)`,
    `${'points'.padStart(8)}${'packets'.padStart(9)}${'files'.padStart(7)}  field: pattern`,
  ];
  for (const group of groups.slice(0, show)) {
    const { points, count, files, field, pattern } = group;
    const figures = `${points.toFixed(3).padStart(8)}${String(count).padStart(9)}${String(files.size).padStart(7)}`;
    lines.push(`${figures}  ${field}: ${clip(pattern)}`, `${' '.repeat(26)}${exampleText(group)}`);
  }
  return lines;
}

const EXAMPLE_CHARS_MAX = 160;

function exampleText(group: Group): string {
  const example = group.examples[0];
  if (example === undefined) return '';
  const values =
    example.theirs === '' && example.ours === '' ? '' : `: ${clip(example.theirs)} → ${clip(example.ours)}`;
  return `e.g. ${shortName(example.file)} frame ${clip(example.frame)}${values}`;
}

function clip(value: string): string {
  if (value === '') return '(nothing)';
  const printable = value.replace(/\n/g, '\\n').replace(/\p{Cc}/gu, '\ufffd');
  return printable.length > EXAMPLE_CHARS_MAX ? `${printable.slice(0, EXAMPLE_CHARS_MAX)}…` : printable;
}

/** One field in full: every group with its files and several examples, with tshark's view of them. */
export function whyLines(report: Report, name: string, show: number): string[] {
  const groups = report.causes
    .groups(report.counted.length)
    .filter((group) => group.field === name || group.field === EVERY_FIELD);
  const lines = ['', `Why ${name} differs: ${groups.length} groups`];
  const context = report.fields
    .map((field, index) => ({ name: field.name, index }))
    .filter((field) => WHY_CONTEXT.includes(field.name) && field.name !== name);
  for (const group of groups.slice(0, show)) {
    lines.push('', `${clip(group.pattern)}   ${group.count} packets, ${group.points.toFixed(3)} points`);
    const files = [...group.files].sort((a, b) => b[1] / b[0].packets - a[1] / a[0].packets);
    for (const [tally, count] of files.slice(0, WHY_FILES)) {
      lines.push(`  ${shortName(tally.file)}: ${count} of ${tally.packets}`);
    }
    if (files.length > WHY_FILES) lines.push(`  and ${files.length - WHY_FILES} files more`);
    for (const example of group.examples) {
      lines.push(`  - ${shortName(example.file)} frame ${clip(example.frame)}`);
      lines.push(`      theirs ${clip(example.theirs)}`);
      lines.push(`      ours   ${clip(example.ours)}`);
      const row = context
        .filter((field) => (example.row[field.index] ?? '') !== '')
        .map((field) => `${field.name}=${clip(example.row[field.index] ?? '')}`);
      if (row.length > 0) lines.push(`      tshark ${row.join('  ')}`);
    }
  }
  return lines;
}

const WHY_FILES = 6;

/** Columns that `--why` shows with an example. */
export const WHY_CONTEXT: readonly string[] = [
  'frame.protocols',
  '_ws.col.Protocol',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'tcp.len',
  'tcp.flags',
  '_ws.col.Info',
];

/** Files that one side could not read, left early, or did not read to the end. */
export function troubleLines(report: Report): string[] {
  const lines: string[] = [];
  for (const result of report.results) {
    const name = shortName(result.file);
    if (result.leftOut !== null) {
      lines.push(`${name}: not counted: ${result.leftOut}${ourWord(result)}`);
      continue;
    }
    const { theirs, ours, tally } = result;
    const words: string[] = [];
    if (theirs.hung) words.push('tshark hung');
    else if (theirs.exit !== 0) words.push(`tshark: ${theirs.message || `exit status ${theirs.exit}`}`);
    if (ours.hung) words.push('OURS HUNG');
    else if (ours.exit !== 0) words.push(`ours: ${ours.message || `exit status ${ours.exit}`}`);
    if (theirs.exit !== 0 && ours.exit === 0) words.push('ours: no error');
    if (tally.missing > 0) words.push(`OURS LACKS ${tally.missing} of ${tally.packets} packets`);
    if (tally.surplus > 0) words.push(`ours has ${tally.surplus} packets that tshark has not`);
    if (words.length > 0) lines.push(`${name}: ${words.join('; ')}`);
  }
  return lines.length === 0 ? [] : ['', 'Damaged, unreadable or unlike', ...lines];
}

function ourWord(result: FileResult): string {
  if (result.ours.hung) return ', HUNG';
  if (result.ours.exit === 0) return '';
  return `, ${result.ours.message || `exit status ${result.ours.exit}`}`;
}

export function totalLines(report: Report): string[] {
  const packets = report.counted.reduce((sum, result) => sum + result.tally.packets, 0);
  const theirSeconds = report.results.reduce((sum, result) => sum + result.theirs.seconds, 0);
  const ourSeconds = report.results.reduce((sum, result) => sum + result.ours.seconds, 0);
  const goals = report.scores.filter((score) => score.goal !== null);
  const met = goals.filter((score) => score.met).length;
  const lines = [
    '',
    `${report.counted.length} files counted of ${report.results.length}, ${packets} packets, ${report.seconds.toFixed(1)} s (processes together: tshark ${theirSeconds.toFixed(1)} s, ours ${ourSeconds.toFixed(1)} s)`,
  ];
  if (report.unknown.ours.length > 0) lines.push(`Ours has no field ${report.unknown.ours.join(', ')}`);
  if (report.unknown.theirs.length > 0) lines.push(`tshark has no field ${report.unknown.theirs.join(', ')}`);
  for (const name of ['_ws.col.Protocol', 'frame.protocols']) {
    const score = report.scores.find((entry) => entry.name === name);
    if (score !== undefined) lines.push(`${name}: ${percent(score.agreement)}`);
  }
  const thin = goals.filter((score) => verdictOf(score) === 'thin').length;
  const thinly = thin === 0 ? '' : ` (${thin} thin: only thanks to packets without the field)`;
  lines.push(
    `${goalsMet(report) ? 'Goals met' : 'GOALS NOT MET'}: ${met} of ${goals.length} fields${thinly}`,
  );
  return lines;
}

/** The last part of a path is enough to distinguish captures. */
function shortName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

export function reportJson(report: Report, show: number): unknown {
  return {
    met: goalsMet(report),
    seconds: report.seconds,
    packets: report.counted.reduce((sum, result) => sum + result.tally.packets, 0),
    unknown: report.unknown,
    fields: report.scores,
    files: report.results.map((result) => ({
      file: result.file,
      packets: result.tally.packets,
      missing: result.tally.missing,
      surplus: result.tally.surplus,
      leftOut: result.leftOut,
      theirs: result.theirs,
      ours: result.ours,
      disagreements: Object.fromEntries(
        report.fields
          .map(
            (field, index) => [field.name, result.tally.packets - (result.tally.equal[index] ?? 0)] as const,
          )
          .filter(([, count]) => count > 0),
      ),
    })),
    causes: report.causes
      .groups(report.counted.length)
      .slice(0, show)
      .map((group) => ({
        field: group.field,
        pattern: group.pattern,
        points: group.points,
        count: group.count,
        files: [...group.files.keys()].map((tally) => tally.file),
        examples: group.examples.map(({ file, frame, theirs, ours }) => ({ file, frame, theirs, ours })),
      })),
  };
}
