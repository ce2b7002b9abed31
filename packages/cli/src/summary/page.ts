// The page itself: columns of text as wide as the terminal, bars, a line of time.
import { basename, relative } from 'node:path';
import { styleText } from 'node:util';
import type { CaptureReader, HierarchyNode, Overview } from '@eyrie/dissect';

export interface PageStyle {
  /** Characters a line. */
  readonly width: number;
  readonly colours: boolean;
  /** Blocks and arrows beyond ASCII. */
  readonly unicode: boolean;
}

export interface PageFacts {
  readonly path: string;
  readonly fileBytes: number | null;
  readonly reader: CaptureReader;
  readonly startNanoseconds: bigint | null;
  /** How long reading took. */
  readonly seconds: number;
}

const MOST = { protocols: 14, talkers: 6, flows: 8, servers: 6, queries: 6 };

export function page(overview: Overview, facts: PageFacts, style: PageStyle): string {
  const paint = new Paint(style);
  return [
    ...heading(overview, facts, paint),
    ...section(paint, 'Traffic', timeline(overview, paint)),
    ...section(paint, 'Protocols', protocols(overview, paint)),
    ...section(paint, 'Top talkers', talkers(overview, paint)),
    ...section(paint, `Conversations (${grouped(overview.flowCount)})`, flows(overview, paint)),
    ...sideBySide(overview, paint),
    ...section(paint, 'Worth a look', findings(overview, paint)),
    ...section(paint, 'Next', next(facts.path, overview, paint)),
    '',
  ].join('\n');
}

type Colour = 'bold' | 'dim' | 'cyan' | 'green' | 'yellow';

class Paint {
  readonly style: PageStyle;

  constructor(style: PageStyle) {
    this.style = style;
  }

  in(colour: Colour, text: string): string {
    return this.style.colours ? styleText(colour, text, { validateStream: false }) : text;
  }

  /** A bar of `share` of `width` characters, in eighths where the terminal can. */
  bar(share: number, width: number): string {
    const eighths = Math.max(share > 0 ? 1 : 0, Math.round(share * width * 8));
    if (!this.style.unicode) return '#'.repeat(Math.max(1, Math.round(eighths / 8))).padEnd(width);
    const text = '█'.repeat(eighths >> 3) + (eighths % 8 === 0 ? '' : ' ▏▎▍▌▋▊▉'[eighths % 8]!);
    return this.in('cyan', text) + ' '.repeat(Math.max(0, width - text.length));
  }

  get arrow(): string {
    return this.style.unicode ? '→' : '->';
  }
}

function heading(
  overview: Overview,
  { path, fileBytes, reader, startNanoseconds, seconds }: PageFacts,
  paint: Paint,
): string[] {
  const size = fileBytes === null ? '' : `, ${bytesText(fileBytes)}`;
  const rate = seconds > 0 ? `, read at ${grouped(Math.round(overview.packets / seconds))} packets/s` : '';
  const lines = [
    `${paint.in('bold', path === '-' ? 'standard input' : basename(path))}  ${paint.in('dim', `${reader.format ?? ''}${size}${rate}`)}`,
    '',
  ];
  if (startNanoseconds !== null) lines.push(`  ${when(startNanoseconds, overview.duration)}`);
  const duration = overview.duration / 1e9;
  const average = overview.packets === 0 ? 0 : Math.round(overview.bytes / overview.packets);
  const perSecond =
    duration > 0
      ? `; ${grouped(Math.round(overview.packets / duration))} packets/s and ${bitsText((overview.bytes * 8) / duration)} on average`
      : '';
  lines.push(
    `  ${grouped(overview.packets)} packets, ${bytesText(overview.bytes)}, ${grouped(average)} bytes each${perSecond}`,
  );
  if (overview.capturedBytes < overview.bytes) {
    lines.push(`  ${paint.in('yellow', `only ${bytesText(overview.capturedBytes)} of them were captured`)}`);
  }
  const dropped = reader.interfaces.reduce((sum, each) => sum + (each.statistics?.dropped ?? 0), 0);
  if (dropped > 0)
    lines.push(`  ${paint.in('yellow', `${grouped(dropped)} packets were dropped while capturing`)}`);
  return lines;
}

function when(start: bigint, duration: number): string {
  const from = new Date(Number(start / 1_000_000n));
  const to = new Date(from.getTime() + duration / 1e6);
  const [day, clock] = parts(from);
  const [lastDay, lastClock] = parts(to);
  return `${day} ${clock} to ${lastDay === day ? '' : `${lastDay} `}${lastClock} UTC, ${durationText(duration / 1e9)}`;
}

function parts(date: Date): [string, string] {
  const text = Number.isNaN(date.getTime()) ? '? ?' : date.toISOString().slice(0, 19).replace('T', ' ');
  return text.split(' ') as [string, string];
}

function section(paint: Paint, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint.in('bold', title), ...lines];
}

const SPARKS = '▁▂▃▄▅▆▇█';
const ASCII_SPARKS = '_.-=+*#@';

function timeline(overview: Overview, paint: Paint): string[] {
  const shape = overview.timeline.shape(paint.style.width - 4);
  const most = Math.max(...shape);
  if (shape.length < 8 || most === 0) return [];
  const sparks = paint.style.unicode ? SPARKS : ASCII_SPARKS;
  const line = shape
    .map((packets) => (packets === 0 ? ' ' : sparks[Math.min(7, Math.floor((packets / most) * 8))]!))
    .join('');
  const step = overview.duration / 1e9 / shape.length;
  return [
    `  ${paint.in('green', line)}`,
    `  ${paint.in('dim', `packets over time; a step is ${durationText(step)}, the highest has ${grouped(most)} packets`)}`,
  ];
}

/** The commonest protocols as a tree, each under what carries it. */
function protocols(overview: Overview, paint: Paint): string[] {
  const rows: { name: string; depth: number; node: HierarchyNode }[] = [];
  const visit = (node: HierarchyNode, depth: number): void => {
    rows.push({ name: node.name, depth, node });
    // Messages within one packet nest without end: once says enough.
    for (const child of [...node.children].sort((x, y) => y.frames - x.frames))
      if (child.name !== node.name) visit(child, depth + 1);
  };
  for (const node of [...overview.hierarchy.tree()].sort((x, y) => y.frames - x.frames)) visit(node, 0);
  const least = rows.map(({ node }) => node.frames).sort((x, y) => y - x)[MOST.protocols - 1] ?? 0;
  const shown = rows.filter(({ node }) => node.frames >= least).slice(0, MOST.protocols);
  const nameWidth = Math.max(...shown.map(({ name, depth }) => name.length + depth * 2)) + 2;
  const barWidth = Math.max(10, paint.style.width - nameWidth - 32);
  const lines = shown.map(({ name, depth, node }) => {
    const share = node.frames / overview.packets;
    const counts = `${percent(share)}  ${grouped(node.frames).padStart(9)}  ${bytesText(node.bytes).padStart(9)}`;
    return `  ${(' '.repeat(depth * 2) + name).padEnd(nameWidth)}${paint.bar(share, barWidth)} ${counts}`;
  });
  const left = rows.length - shown.length;
  if (left > 0) lines.push(`  ${paint.in('dim', `and ${left} more: eyrie read FILE -q -z io,phs`)}`);
  return lines;
}

function talkers(overview: Overview, paint: Paint): string[] {
  const list = overview.talkers(MOST.talkers);
  const most = list[0]?.bytes ?? 1;
  const nameWidth = Math.max(...list.map(({ address }) => address.length), 10) + 2;
  const barWidth = Math.max(10, paint.style.width - nameWidth - 32);
  return list.map(
    ({ address, packets, bytes }) =>
      `  ${address.padEnd(nameWidth)}${paint.bar(bytes / most, barWidth)}        ${grouped(packets).padStart(9)}  ${bytesText(bytes).padStart(9)}`,
  );
}

function flows(overview: Overview, paint: Paint): string[] {
  const list = overview.flows(MOST.flows);
  const clientWidth = Math.max(...list.map(({ client }) => client.length), 0);
  const room = paint.style.width - clientWidth - 30;
  return list.map((flow) => {
    const server = serverText(flow.server, flow.serverName, room);
    const shown = server.name === '' ? server.address : `${server.address}${paint.in('dim', server.name)}`;
    const padding = ' '.repeat(Math.max(0, room - server.address.length - server.name.length));
    const application = (flow.application || flow.transport).padEnd(9).slice(0, 9);
    return `  ${flow.client.padEnd(clientWidth)} ${paint.arrow} ${shown}${padding}  ${paint.in('cyan', application)} ${bytesText(flow.bytes).padStart(9)}`;
  });
}

/** The server's address and name; where both do not fit, its name with the port says more. */
function serverText(address: string, name: string, room: number): { address: string; name: string } {
  if (name === '') return { address: clipped(address, room), name };
  if (address.length + 1 + name.length <= room) return { address, name: ` ${name}` };
  return { address: '', name: clipped(name + address.slice(address.lastIndexOf(':')), room) };
}

/** Servers by name and names asked for, beside each other. */
function sideBySide(overview: Overview, paint: Paint): string[] {
  const column = Math.floor((paint.style.width - 4) / 2);
  const cells = (list: readonly { name: string; count: number }[]): string[] =>
    list.map(
      ({ name, count }) => `${clipped(name, column - 8).padEnd(column - 7)}${grouped(count).padStart(6)}`,
    );
  const left = cells(overview.servers(MOST.servers));
  const right = cells(overview.queries(MOST.queries));
  if (left.length + right.length === 0) return [];
  const lines = [
    '',
    `${paint.in('bold', 'Servers by name'.padEnd(column + 3))}${paint.in('bold', 'Names asked for')}`,
  ];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    lines.push(`  ${(left[i] ?? '').padEnd(column)}   ${right[i] ?? ''}`.trimEnd());
  }
  return lines;
}

function findings(overview: Overview, paint: Paint): string[] {
  return overview
    .findings()
    .slice(0, 8)
    .map(({ what, count, filter }) => {
      const share = overview.packets === 0 ? 0 : count / overview.packets;
      return `  ${paint.in('yellow', grouped(count).padStart(7))}  ${`${what} (${percent(share).trim()})`.padEnd(46)} ${paint.in('dim', `-Y '${filter}'`)}`;
    });
}

function next(path: string, overview: Overview, paint: Paint): string[] {
  const near = relative('', path);
  const short = near.length < path.length ? near : path;
  const name = path === '-' ? 'FILE' : /[^\w./-]/.test(short) ? `'${short}'` : short;
  const first = overview.findings()[0]?.filter ?? 'tcp';
  const commands = [
    [`eyrie read ${name}`, 'one line a packet'],
    [`eyrie read ${name} -Y '${first}' -V`, 'a finding, packet by packet'],
    [`eyrie read ${name} -q -z conv,tcp`, 'all conversations'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, about]) => `  ${command.padEnd(width)}  ${paint.in('dim', about)}`);
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 ? '100' : value >= 10 ? value.toFixed(1) : value.toFixed(2)} %`.padStart(7);
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, three digits: `2.23 MB`. */
export function bytesText(bytes: number): string {
  return scaled(bytes, BYTE_UNITS);
}

function bitsText(bits: number): string {
  return scaled(bits, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[unit]}`;
}

/** `3 min 40 s`, `1.5 s`, `20 ms`. */
function durationText(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => whole >= size);
  let rest = whole;
  const said: string[] = [];
  for (const [size, name] of units.slice(first, first + 2)) {
    said.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return said.join(' ');
}
