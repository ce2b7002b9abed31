// eyrie query: the answer as a table, or as JSON.
import { type Answer, attributes, parseQuery, QueryError, type Unit } from '@eyrie/mesh/skyeye';
import { BAD_USAGE, UserError } from '../errors.ts';
import { printableLine } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import { bitRateText, bytesText, durationText } from '../terminal/units.ts';
import { askMesh } from './select.ts';

export async function query(text: string, options: { peer?: string; json?: boolean }): Promise<void> {
  check(text);
  const answer = await askMesh<Answer>(options.peer, 'query', { query: text });
  if (options.json === true) return console.log(JSON.stringify(answer, null, 2));
  console.log(answer.kind === 'find' ? peersOf(answer) : figuresOf(answer));
  console.error(summaryOf(answer));
  if (answer.problem !== null) console.error(`eyrie: ${printableLine(answer.problem)}`);
}

/** Before anybody is asked, so that a mistake is shown with its place. */
function check(text: string): void {
  if (text.trim() === '')
    throw new UserError('the query is empty: try "3 peers order by cpu.free", or "count"', BAD_USAGE);
  try {
    parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const pointer = `${' '.repeat(error.at)}^`;
    throw new UserError(`the query cannot be read, ${error.message}\n  ${text}\n  ${pointer}`, BAD_USAGE);
  }
}

/** Without readings, the problem has the reason. */
function noneOf({ looked, problem }: Answer): string {
  return looked === 0 && problem !== null ? 'No answer.' : 'No peer is like that.';
}

function peersOf(answer: Answer): string {
  const { peers } = answer;
  if (peers.length === 0) return noneOf(answer);
  const names = Object.keys(peers[0]!.values);
  const hasLatency = peers.some(({ latencyMs }) => latencyMs !== null);
  const head = [
    'PEER',
    ...names.map((name) => name.toUpperCase()),
    ...(hasLatency ? ['LATENCY'] : []),
    'AGE',
  ];
  const rows = peers.map(({ id, values, latencyMs, isMeasured, ageMs }) => [
    id,
    ...names.map((name) => shown(values[name] ?? null, unitOf(name))),
    ...(hasLatency ? [`${isMeasured || latencyMs === null ? '' : '~'}${shown(latencyMs, 'ms')}`] : []),
    `${(ageMs / 1000).toFixed(1)} s`,
  ]);
  return table([head, ...rows]);
}

function figuresOf(answer: Answer): string {
  const { groups } = answer;
  if (groups.length === 0) return noneOf(answer);
  const names = Object.keys(groups[0]!.figures);
  const isGrouped = groups.length > 1 || groups[0]!.group !== '';
  const rows = groups.map(({ group, figures }) => [
    ...(isGrouped ? [printableLine(group)] : []),
    ...names.map((name) => shown(figures[name] ?? null, unitOf(/\((.*)\)/.exec(name)?.[1] ?? ''))),
  ]);
  return table([[...(isGrouped ? ['GROUP'] : []), ...names.map((name) => name.toUpperCase())], ...rows]);
}

function summaryOf({ matched, looked, complete, away, readings, answeredBy, hops, tookMs }: Answer): string {
  const isAre = away === 1 ? 'is' : 'are';
  const whole = away > 0 ? `those here; ${away} ${isAre} away` : 'the mesh';
  const part = complete >= 1 ? 'all' : `${Math.floor(complete * 100)} %`;
  const steps = hops === 1 ? '1 step' : `${hops} steps`;
  const age = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  // A peer that was started before an update does not send it.
  const fresh =
    readings == null ? '' : `, measured ${age(readings.ageMs)} ago, the oldest ${age(readings.oldestMs)}`;
  return `${matched} of ${looked} peers (${part} of ${whole})${fresh}; answered by ${answeredBy} over ${steps} in ${tookMs.toFixed(1)} ms.`;
}

function unitOf(name: string): Unit {
  return attributes.find((each) => each.name === name)?.unit ?? '';
}

function shown(value: number | null, unit: Unit): string {
  if (value === null) return '-';
  switch (unit) {
    case 'bytes':
      return bytesText(value);
    case 'bytes/s':
      return `${bytesText(value)}/s`;
    case 'bits/s':
      return bitRateText(value);
    case 's':
      return durationText(value);
    case '':
      return String(Number(value.toPrecision(6)));
    case '1/s':
      return `${Number(value.toPrecision(4))}/s`;
    case '%':
      return `${Number(value.toFixed(1))}%`;
    default:
      return `${Number(value.toFixed(2))} ${unit}`;
  }
}
