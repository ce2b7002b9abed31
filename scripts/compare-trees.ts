/**
 * Agreement of packet trees with tshark's: the fields of `-T pdml`, names and values, packet by packet. Of each file the
 * first packets of each kind are compared (kind: the Protocol column and the first words of Info).
 *
 *   node scripts/compare-trees.ts DIR|FILE… [--only PROTOCOL,…] [--show N] [--each N] [--text] [--extra]
 *                                [--keep DIR]
 *
 * Prints the agreement by protocol, then what is missing or differs, that of the most files first, with an example.
 * --text: also lines whose text differs (`showname`); --extra: also fields that only our tree has. --keep: tshark's
 * answers are kept there for the next time. Exit status: 0, or 2 for bad usage.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { findCaptures } from './compare/captures.ts';

const EYRIE = [process.execPath, join(import.meta.dirname, '../packages/cli/bin/eyrie.js'), 'read', '-n'];
const TSHARK = ['tshark', '-n'];

/** Packets of each file that are looked at. */
const PACKETS_MAX = 400;

interface Line {
  readonly protocol: string;
  readonly name: string;
  readonly show: string;
  readonly text: string;
}

async function* linesOf(command: readonly string[]): AsyncGenerator<string> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
  yield* createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
}

/** The same, from a file that keeps them if the command was run before. */
async function* keptLinesOf(command: readonly string[], folder: string | undefined): AsyncGenerator<string> {
  if (folder === undefined) return yield* linesOf(command);
  const path = join(folder, createHash('sha256').update(command.join('\0')).digest('hex').slice(0, 24));
  if (!existsSync(path)) {
    const lines: string[] = [];
    for await (const line of linesOf(command)) lines.push(line);
    writeFileSync(path, lines.join('\n'));
  }
  yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

/** The numbers of the packets to compare. */
async function chosenPackets(path: string, each: number, kept: string | undefined): Promise<number[]> {
  const seen = new Map<string, number>();
  const chosen: number[] = [];
  const fields = ['frame.number', '_ws.col.Protocol', '_ws.col.Info'].flatMap((name) => ['-e', name]);
  for await (const line of keptLinesOf([...TSHARK, '-r', path, '-T', 'fields', ...fields], kept)) {
    const [number, protocol, info = ''] = line.split('\t');
    const kind = `${protocol} ${info
      .replace(/[\d.:]+|0x[\da-f]+/g, '')
      .split(/[\s,]+/, 5)
      .join(' ')}`;
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    if (count < each && chosen.length < PACKETS_MAX) chosen.push(Number(number));
  }
  return chosen;
}

const ELEMENT = /^\s*<(\/?)(proto|field)(?: name="([^"]*)")?(.*?)(\/?)>$/;
const attribute = (rest: string, name: string): string =>
  new RegExp(` ${name}="([^"]*)"`).exec(rest)?.[1]?.replaceAll('&apos;', '&#x27;') ?? '';

/** The fields of each packet in a PDML stream. */
async function* packetsOf(lines: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let packet: Line[] = [];
  const open: string[] = [];
  let protocol = '';
  for await (const line of lines) {
    if (line === '<packet>') packet = [];
    else if (line === '</packet>') yield packet;
    const match = ELEMENT.exec(line);
    if (match === null) continue;
    const [, closing, element, name = '', rest = '', empty] = match;
    if (closing === '/') {
      open.pop();
      protocol = open.findLast((entry) => entry !== '') ?? '';
      continue;
    }
    if (element === 'proto') protocol = name;
    if (empty === '') open.push(element === 'proto' ? name : '');
    if (protocol === 'geninfo') continue;
    const show = attribute(rest, 'show');
    const text = attribute(rest, 'showname') || show;
    packet.push({
      protocol,
      name: element === 'proto' ? '' : name,
      show: element === 'proto' ? '' : show,
      text,
    });
    if (element === 'proto' && empty !== '') protocol = open.findLast((entry) => entry !== '') ?? '';
  }
}

interface Finding {
  count: number;
  readonly files: Set<string>;
  example: string;
}

class Findings {
  readonly #all = new Map<string, Finding>();

  add(what: string, file: string, example: () => string): void {
    let finding = this.#all.get(what);
    if (finding === undefined) {
      finding = { count: 0, files: new Set(), example: example() };
      this.#all.set(what, finding);
    }
    finding.count++;
    finding.files.add(file);
  }

  print(limit: number): void {
    const order = [...this.#all].sort(
      ([, a], [, b]) => b.files.size * 3 + b.count / 20 - (a.files.size * 3 + a.count / 20),
    );
    for (const [what, { count, files, example }] of order.slice(0, limit))
      process.stdout.write(
        `${String(files.size).padStart(4)} files ${String(count).padStart(6)}  ${what}   ${example}\n`,
      );
  }
}

const clipped = (text: string): string => (text.length > 90 ? `${text.slice(0, 90)}…` : text);

interface Tally {
  theirs: number;
  same: number;
  differs: number;
  extra: number;
}

class Comparison {
  readonly tallies = new Map<string, Tally>();
  readonly findings = new Findings();
  readonly #withText: boolean;
  readonly #withExtra: boolean;
  readonly #only: ReadonlySet<string> | null;

  constructor(withText: boolean, withExtra: boolean, only: ReadonlySet<string> | null) {
    this.#withText = withText;
    this.#withExtra = withExtra;
    this.#only = only;
  }

  #tally(protocol: string): Tally {
    let tally = this.tallies.get(protocol);
    if (tally === undefined) {
      tally = { theirs: 0, same: 0, differs: 0, extra: 0 };
      this.tallies.set(protocol, tally);
    }
    return tally;
  }

  packet(file: string, number: number, theirs: readonly Line[], ours: readonly Line[]): void {
    const at = `${file}#${number}`;
    const rest = new Map<string, Line[]>();
    for (const line of ours) {
      const same = rest.get(line.name);
      if (same === undefined) rest.set(line.name, [line]);
      else same.push(line);
    }
    const unmatched: Line[] = [];
    for (const line of theirs) {
      const isField = line.name !== '';
      if (this.#only !== null && !this.#only.has(line.protocol)) continue;
      if (!isField && !this.#withText) continue;
      const candidates = rest.get(line.name) ?? [];
      let index = candidates.findIndex(({ show, text }) => show === line.show && text === line.text);
      if (index < 0 && isField) index = candidates.findIndex(({ show }) => show === line.show);
      if (index < 0) {
        unmatched.push(line);
        continue;
      }
      const [own] = candidates.splice(index, 1);
      if (isField) {
        const tally = this.#tally(line.protocol);
        tally.theirs++;
        tally.same++;
      }
      if (this.#withText && own!.text !== line.text)
        this.findings.add(
          `text    ${line.protocol} ${line.name}`,
          file,
          () => `theirs «${clipped(line.text)}» ours «${clipped(own!.text)}» ${at}`,
        );
    }
    for (const line of unmatched) {
      const own = line.name === '' ? undefined : rest.get(line.name)?.shift();
      if (line.name !== '') {
        const tally = this.#tally(line.protocol);
        tally.theirs++;
        if (own !== undefined) tally.differs++;
      }
      if (own === undefined)
        this.findings.add(
          line.name === '' ? `line    ${line.protocol}` : `missing ${line.protocol} ${line.name}`,
          file,
          () => `«${clipped(line.text)}» show «${clipped(line.show)}» ${at}`,
        );
      else
        this.findings.add(
          `differs ${line.protocol} ${line.name}`,
          file,
          () => `theirs «${clipped(line.show)}» ours «${clipped(own.show)}» ${at}`,
        );
    }
    for (const [name, lines] of rest)
      for (const line of lines) {
        if (name === '' || (this.#only !== null && !this.#only.has(line.protocol))) continue;
        this.#tally(line.protocol).extra++;
        if (this.#withExtra)
          this.findings.add(`extra   ${line.protocol} ${name}`, file, () => `«${clipped(line.text)}» ${at}`);
      }
  }

  print(limit: number): void {
    let theirs = 0;
    let same = 0;
    process.stdout.write('protocol          fields    same  differ missing   extra   agree\n');
    const order = [...this.tallies].sort(([, a], [, b]) => b.theirs - b.same - (a.theirs - a.same));
    for (const [protocol, tally] of order) {
      theirs += tally.theirs;
      same += tally.same;
      const missing = tally.theirs - tally.same - tally.differs;
      const numbers = [tally.theirs, tally.same, tally.differs, missing, tally.extra];
      const agree = tally.theirs === 0 ? '-' : `${((100 * tally.same) / tally.theirs).toFixed(1)} %`;
      process.stdout.write(
        `${protocol.padEnd(16)}${numbers.map((value) => String(value).padStart(8)).join('')} ${agree.padStart(7)}\n`,
      );
    }
    process.stdout.write(
      `all: ${same} of ${theirs} fields agree, ${((100 * same) / theirs).toFixed(2)} %\n\n`,
    );
    this.findings.print(limit);
  }
}

async function compareFile(
  path: string,
  each: number,
  kept: string | undefined,
  comparison: Comparison,
): Promise<void> {
  const numbers = await chosenPackets(path, each, kept);
  if (numbers.length === 0) return;
  const how = ['-r', path, '-Y', `frame.number in {${numbers.join(',')}}`, '-T', 'pdml'];
  const ours = packetsOf(linesOf([...EYRIE, ...how]));
  let index = 0;
  for await (const theirs of packetsOf(keptLinesOf([...TSHARK, ...how], kept))) {
    const own = (await ours.next()).value as Line[] | undefined;
    comparison.packet(basename(path), numbers[index++]!, theirs, own ?? []);
  }
  await ours.return(undefined);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      show: { type: 'string', default: '60' },
      each: { type: 'string', default: '2' },
      keep: { type: 'string' },
      text: { type: 'boolean', default: false },
      extra: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0 || !positionals.every(existsSync)) {
    process.stderr.write('compare-trees: name a folder of captures, or files\n');
    return 2;
  }
  if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
  const only = values.only === undefined ? null : new Set(values.only.split(','));
  const comparison = new Comparison(values.text, values.extra, only);
  const queue = findCaptures(positionals);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await compareFile(next.path, Number(values.each), values.keep, comparison);
  };
  await Promise.all([work(), work()]);
  comparison.print(Number(values.show));
  return 0;
}

process.exitCode = await main();
