// The summary of a capture, as wide as the terminal.
import { basename, relative } from 'node:path';
import type {
  CaptureReader,
  Finding,
  Flow,
  HierarchyNode,
  HostNames,
  NamedCount,
  Overview,
} from '@eyrie/dissect';
import { commandName } from '../command-name.ts';
import { Paint, type Style } from '../terminal/paint.ts';
import { shellWord } from '../terminal/shell.ts';
import { bitRateText, bytesText, counted, durationText, grouped, percentText } from '../terminal/units.ts';
import { linkTypeName } from './link-types.ts';

export interface PageFacts {
  readonly path: string;
  readonly fileBytes: number | null;
  readonly reader: CaptureReader;
  readonly startNanoseconds: bigint | null;
  /** How long reading took. */
  readonly seconds: number;
}

const MOST = { protocols: 14, talkers: 6, flows: 8, names: 6, findings: 8 };

export function page(overview: Overview, facts: PageFacts, style: Style): string {
  const paint = new Paint(style);
  const findings = overview.findings();
  const flows = overview.flows(MOST.flows);
  return [
    ...heading(overview, facts, paint),
    ...section(paint, 'Traffic', timeline(overview, paint)),
    ...section(paint, 'Protocols', protocols(overview, paint)),
    ...section(paint, 'Top talkers', talkers(overview, paint)),
    ...section(
      paint,
      `Conversations (${grouped(overview.flowCount)})`,
      conversations(flows, overview, paint),
    ),
    ...names(overview.servers(MOST.names), overview.queries(MOST.names), paint),
    ...section(paint, 'Worth a look', findingLines(findings.slice(0, MOST.findings), paint)),
    ...section(paint, 'Next', next(facts, overview.packets, findings, flows, paint)),
    '',
  ].join('\n');
}

function heading(overview: Overview, facts: PageFacts, paint: Paint): string[] {
  const { path, fileBytes, reader, startNanoseconds, seconds } = facts;
  const links = [...overview.linkTypes.keys()].map(linkTypeName);
  const kinds = links.length > 3 ? `${links.length} link types` : links.join(' and ');
  const about = [
    reader.format ?? '',
    fileBytes === null ? '' : bytesText(fileBytes),
    kinds,
    speed(overview.packets, seconds),
  ].filter((text) => text !== '');
  const lines = [
    `${paint.in('bold', path === '-' ? 'standard input' : basename(path))}  ${paint.in('dim', about.join(', '))}`,
    '',
  ];
  if (startNanoseconds !== null) lines.push(`  ${when(startNanoseconds, overview.duration / 1e9)}`);
  lines.push(...amounts(overview, paint.style.width - 2).map((line) => `  ${line}`));
  for (const warning of warnings(overview, reader)) lines.push(`  ${paint.in('yellow', warning)}`);
  return lines;
}

/** Below so many packets, the rate reflects start-up rather than reading. */
const RATED_MIN = 50_000;

function speed(packets: number, seconds: number): string {
  const time = `read in ${durationText(seconds)}`;
  return packets < RATED_MIN ? time : `${time}, ${grouped(Math.round(packets / seconds))} packets/s`;
}

function when(start: bigint, seconds: number): string {
  const from = new Date(Number(start / 1_000_000n));
  const to = new Date(from.getTime() + seconds * 1000);
  const [day, clock] = dayAndClock(from);
  const [lastDay, lastClock] = dayAndClock(to);
  if (seconds === 0) return `${day} ${clock} UTC`;
  return `${day} ${clock} to ${lastDay === day ? '' : `${lastDay} `}${lastClock} UTC, ${durationText(seconds)}`;
}

function dayAndClock(date: Date): [string, string] {
  if (Number.isNaN(date.getTime())) return ['an unknown day', ''];
  const text = date.toISOString();
  return [text.slice(0, text.indexOf('T')), text.slice(text.indexOf('T') + 1, -5)];
}

/** One line, or two if they are wider than that together. */
function amounts({ packets, bytes, duration }: Overview, width: number): string[] {
  const all = `${counted(packets, 'packet')}, ${bytesText(bytes)}`;
  if (packets <= 1) return [all];
  const mean = `on average ${grouped(Math.round(bytes / packets))} bytes`;
  if (duration <= 0) return [`${all}; ${mean}`];
  const perSecond = (packets * 1e9) / duration;
  const rate = perSecond >= 10 ? grouped(Math.round(perSecond)) : perSecond.toPrecision(2);
  const means = `${mean}, ${rate} packets/s, ${bitRateText((bytes * 8e9) / duration)}`;
  const line = `${all}; ${means}`;
  return line.length <= width ? [line] : [`${all};`, means];
}

/** Less than this share captured is worth a warning. */
const NEARLY_ALL = 0.995;

function warnings(overview: Overview, reader: CaptureReader): string[] {
  const found: string[] = [];
  if (overview.capturedBytes < overview.bytes * NEARLY_ALL)
    found.push(`only ${bytesText(overview.capturedBytes)} of ${bytesText(overview.bytes)} were captured`);
  const dropped = reader.interfaces.reduce((sum, each) => sum + (each.statistics?.dropped ?? 0), 0);
  if (dropped > 0) found.push(`${counted(dropped, 'packet')} dropped while capturing`);
  return found;
}

function section(paint: Paint, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint.in('bold', title), ...lines];
}

/** Fewer steps tell nothing. */
const STEPS_MIN = 8;

function timeline(overview: Overview, paint: Paint): string[] {
  const shape = overview.timeline.shape(paint.style.width - 4);
  const most = Math.max(...shape);
  if (shape.length < STEPS_MIN || most === 0) return [];
  const step = durationText(overview.duration / 1e9 / shape.length);
  return [
    `  ${paint.in('green', paint.spark(shape))}`,
    `  ${paint.in('dim', `packets over time: a step is ${step}, the highest has ${counted(most, 'packet')}`)}`,
  ];
}

/** The commonest protocols as a tree, each under what carries it. */
function protocols(overview: Overview, paint: Paint): string[] {
  const rows = hierarchyRows(overview.hierarchy.tree(), 0);
  const least = rows.map(({ node }) => node.frames).sort((x, y) => y - x)[MOST.protocols - 1] ?? 0;
  const shown = rows.filter(({ node }) => node.frames >= least).slice(0, MOST.protocols);
  const nameWidth = Math.max(...shown.map(({ node, depth }) => node.name.length + depth * 2)) + 2;
  const barWidth = Math.max(10, paint.style.width - nameWidth - 32);
  const lines = shown.map(({ node, depth }) => {
    const share = node.frames / overview.packets;
    const counts = `${percentText(share)}  ${grouped(node.frames).padStart(9)}  ${bytesText(node.bytes).padStart(9)}`;
    return `  ${(' '.repeat(depth * 2) + node.name).padEnd(nameWidth)}${paint.bar(share, barWidth)} ${counts}`;
  });
  const left = rows.length - shown.length;
  if (left > 0) lines.push(`  ${paint.in('dim', `and ${left} more: eyrie read FILE -q -z io,phs`)}`);
  return lines;
}

interface Row {
  readonly node: HierarchyNode;
  readonly depth: number;
}

/** The commonest first; messages within one packet nest without end, and once says enough. */
function hierarchyRows(nodes: readonly HierarchyNode[], depth: number): Row[] {
  return nodes
    .toSorted((x, y) => y.frames - x.frames)
    .flatMap((node) => [
      { node, depth },
      ...hierarchyRows(
        node.children.filter(({ name }) => name !== node.name),
        depth + 1,
      ),
    ]);
}

function talkers(overview: Overview, paint: Paint): string[] {
  const list = overview.talkers(MOST.talkers);
  const most = list[0]?.bytes ?? 1;
  const addressWidth = Math.max(...list.map(({ address }) => address.length), 10);
  const room = paint.style.width - addressWidth - 26;
  const names = list.map(({ address }) => overview.hostNames.names.get(address) ?? '');
  const nameWidth = Math.min(Math.max(...names.map((name) => name.length)), room - 10);
  const barWidth = Math.min(40, room - nameWidth - 2);
  return list.map(({ address, packets, bytes }, i) => {
    const counts = `${grouped(packets).padStart(9)}  ${bytesText(bytes).padStart(9)}`;
    const name = paint.in('dim', paint.fit(names[i]!, nameWidth));
    return `  ${address.padEnd(addressWidth)}  ${name}  ${paint.bar(bytes / most, barWidth)}${counts}`;
  });
}

/** The largest conversations. */
function conversations(flows: readonly Flow[], overview: Overview, paint: Paint): string[] {
  const { width } = paint.style;
  const clientWidth = Math.min(Math.max(...flows.map(({ client }) => client.address.length), 0), width >> 2);
  const serverWidth = width - clientWidth - 38;
  return flows.map((flow) => {
    const client = paint.fit(flow.client.address, clientWidth);
    const server = serverText(flow, overview.hostNames, serverWidth, paint).padEnd(serverWidth);
    const application = paint.in('cyan', paint.fit(flow.applications.join('+') || flow.transport, 9));
    const bytes = bytesText(flow.toServer.bytes + flow.toClient.bytes).padStart(9);
    const time = durationText(flow.end - flow.start).padStart(10);
    return `  ${client} ${paint.arrow} ${server} ${application} ${bytes} ${time}`;
  });
}

/** The name that the client used, or that DNS told, with the port; else the address with the port. */
function serverText({ server, serverName }: Flow, { names }: HostNames, width: number, paint: Paint): string {
  const address = server.address.includes(':') ? `[${server.address}]` : server.address;
  const name = (serverName || names.get(server.address) || address).replace(PORT, '');
  const port = `:${server.port}`;
  return paint.clip(name, width - port.length) + port;
}

/** Of a host as HTTP gives it. */
const PORT = /:\d+$/;

/** Servers by name and names asked for, beside each other. */
function names(servers: readonly NamedCount[], queries: readonly NamedCount[], paint: Paint): string[] {
  if (servers.length + queries.length === 0) return [];
  const column = Math.floor((paint.style.width - 5) / 2);
  const cell = (named: NamedCount | undefined): string =>
    named === undefined
      ? ' '.repeat(column)
      : `${paint.fit(named.name, column - 8)} ${grouped(named.count).padStart(7)}`;
  const lines = Array.from({ length: Math.max(servers.length, queries.length) }, (_, i) =>
    `  ${cell(servers[i])}   ${cell(queries[i])}`.trimEnd(),
  );
  const title = (text: string, of: string, width: number): string =>
    `${paint.in('bold', text)}${paint.in('dim', of.padStart(width - text.length))}`;
  // The first begins at the left edge, its lines two columns further.
  const titles = `${title('Servers by name', 'conversations', column + 2)}   ${title('Names asked for', 'queries', column)}`;
  return ['', titles, ...lines];
}

function findingLines(findings: readonly Finding[], paint: Paint): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.map(({ what, count, of, filter, statistic }) => {
    const how = filter === null ? `-q -z ${statistic}` : `-Y ${shellWord(filter)}`;
    const share = paint.in('dim', percentText(of > 0 ? count / of : 0));
    return `  ${paint.in('yellow', grouped(count).padStart(7))} ${share}  ${what.padEnd(width)}  ${paint.in('dim', how)}`;
  });
}

/** Following these shows no words. */
const SEALED: ReadonlySet<string> = new Set(['tls', 'ssh', 'openvpn']);

function next(
  { path, fileBytes }: PageFacts,
  packets: number,
  findings: readonly Finding[],
  flows: readonly Flow[],
  paint: Paint,
): string[] {
  // Of a pipe or an interface there is nothing more to read, and of an empty file neither.
  if (fileBytes === null || packets === 0) return [];
  const near = relative('', path);
  const short = near.length < path.length ? near : path;
  const read = `${commandName()} read ${shellWord(short)}`;
  const filter = findings.find((finding) => finding.filter !== null)?.filter;
  const tcp = flows.find(
    ({ transport, applications }) =>
      transport === 'tcp' && applications.length > 0 && !applications.some((name) => SEALED.has(name)),
  );
  const commands = [
    filter == null ? [read, 'one line a packet'] : [`${read} -Y ${shellWord(filter)}`, 'the first of these'],
    tcp === undefined
      ? [`${read} -V -c 1`, 'the first packet in full']
      : [`${read} -q -z follow,tcp,ascii,${tcp.stream}`, 'the largest as text'],
    [`${read} -q -z flows`, 'all conversations'],
    [`${read} -q -z findings`, 'attacks'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const room = paint.style.width - width - 6;
  const isRoomy = commands.every(([, about]) => about.length <= room);
  // As a comment of the shell, for who copies the line.
  return commands.map(([command, about]) =>
    isRoomy ? `  ${command.padEnd(width)}  ${paint.in('dim', `# ${about}`)}` : `  ${command}`,
  );
}
