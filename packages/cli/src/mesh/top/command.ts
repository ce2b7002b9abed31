// `eyrie mesh top`: all peers and their readings, as a live table.
import type { MemberView } from '@eyrie/mesh';
import type { ShownTalk } from '@eyrie/mesh/skyeye';
import { BAD_USAGE, UserError } from '../../errors.ts';
import { hasUnicode, Paint } from '../../terminal/paint.ts';
import { ask, readTime, selectAny } from '../select.ts';
import { FIRST_VIEW, keysOf, pressed, type View } from './keys.ts';
import { filtered, type Readings, rowsOf, sorted, type TopRow } from './rows.ts';
import { ATTRIBUTES, COLUMNS, screenLines, tableLines, talkersLine } from './screen.ts';

export interface TopOptions {
  readonly peer?: string;
  readonly interval: string;
  readonly sort: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const INTERVAL_MS_MIN = 200;
const WIDTH = 100;
const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
/** As many as one query may ask for. */
const PEERS_MAX = 1_000;

export async function top(options: TopOptions): Promise<number> {
  const column = COLUMNS.find(({ id, title }) => id === options.sort || title.toLowerCase() === options.sort);
  if (column === undefined)
    throw new UserError(
      `--sort ${options.sort}: must be one of ${COLUMNS.map(({ title }) => title.toLowerCase()).join(', ')}`,
      BAD_USAGE,
    );
  const isOnce = options.once === true || options.json === true || process.stdout.isTTY !== true;
  if (!isOnce) return live(options, column.id);
  const { mesh, rows, talkers } = await look(options.peer);
  const inOrder = sorted(rows, column.id, false);
  if (options.json === true) {
    console.log(JSON.stringify({ mesh, peers: inOrder, talkers }, null, 2));
    return 0;
  }
  for (const line of tableLines(inOrder, paintFor(process.stdout.columns ?? WIDTH), WIDTH)) console.log(line);
  const most = talkersLine(talkers);
  if (most !== '') console.log(`\n${most}`);
  return 0;
}

interface Looked {
  readonly mesh: string;
  readonly rows: readonly TopRow[];
  readonly talkers: ShownTalk | null;
}

async function look(named: string | undefined): Promise<Looked> {
  const peer = await selectAny(named);
  const [{ mesh }, members, readings, view] = await Promise.all([
    ask<{ mesh: string }>(peer, 'status'),
    ask<MemberView[]>(peer, 'members'),
    ask<Readings>(peer, 'query', { query: `${PEERS_MAX} peers order by ${ATTRIBUTES.join(', ')}` }),
    ask<{ talkers: ShownTalk | null } | null>(peer, 'view'),
  ]);
  return { mesh, rows: rowsOf(members, readings), talkers: view?.talkers ?? null };
}

function paintFor(width: number): Paint {
  const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  return new Paint({ width, colours, unicode: hasUnicode() });
}

/** Until q, Ctrl-C or a signal; restores the terminal. */
async function live({ peer, interval }: TopOptions, column: string): Promise<number> {
  const everyMs = Math.max(INTERVAL_MS_MIN, readTime(interval, '--interval'));
  // Before the screen changes: if no peer runs, the error is a plain line.
  let looked = await look(peer);
  let view: View | null = { ...FIRST_VIEW, column };
  let problem: string | null = null;
  const { stdin, stdout } = process;
  const shown = () => sorted(filtered(looked.rows, view!.filter), view!.column, view!.isReversed);
  const draw = () => {
    if (view === null) return;
    const [width, height] = [stdout.columns ?? WIDTH, stdout.rows ?? 24];
    const rows = shown();
    const alive = looked.rows.filter(({ status }) => status === 'alive').length;
    const at = Math.min(view.at, Math.max(0, rows.length - 1));
    const { mesh, talkers } = looked;
    const state = { ...view, at, mesh, talkers, rows, all: looked.rows.length, alive, problem };
    const lines = screenLines(state, paintFor(width), width, height);
    stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  };
  await new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      view = null;
      clearTimeout(timer);
      stdin.setRawMode?.(false);
      stdin.off('data', onKey);
      stdin.pause();
      stdout.off('resize', draw);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
      stdout.write(BACK);
      resolve();
    };
    const onKey = (data: Buffer) => {
      for (const key of keysOf(data.toString('latin1'))) {
        if (view === null) return;
        view = pressed(view, key, shown().length);
      }
      if (view === null) end();
      else draw();
    };
    const again = () => {
      timer = setTimeout(async () => {
        if (view !== null && !view.isPaused) {
          const next = await look(peer).catch((error: Error) => error);
          problem = next instanceof Error ? next.message : null;
          if (!(next instanceof Error)) looked = next;
        }
        if (view === null) return;
        draw();
        again();
      }, everyMs);
    };
    stdout.write(ALTERNATE);
    stdin.setRawMode?.(true);
    stdin.resume();
    stdin.on('data', onKey);
    stdout.on('resize', draw);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
    draw();
    again();
  });
  return 0;
}
