// `eyrie doctor`: all checks, sequentially, so that they do not interfere with each other.
import { type Config, defaultConfig, loadConfig } from '@eyrie/services/config';
import { FAILED } from '../errors.ts';
import { useColours } from '../terminal/colours.ts';
import { type Colour, Paint } from '../terminal/paint.ts';
import { printableLine } from '../terminal/printable.ts';
import { type Finding, ok, type State, wrong } from './check.ts';
import { certificateFindings } from './checks/certificates.ts';
import { clockFindings } from './checks/clock.ts';
import { folderFindings } from './checks/folders.ts';
import { portFindings } from './checks/ports.ts';
import { runtimeFindings } from './checks/runtime.ts';
import { toolFindings } from './checks/tools.ts';

export interface DoctorOptions {
  readonly config?: string;
  readonly timeServer?: readonly string[];
  readonly json?: boolean;
}

/** Resolves to the exit status. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const findings = await allFindings(options);
  if (options.json === true) console.log(JSON.stringify({ ...counts(findings), findings }, null, 2));
  else console.log(textOf(findings));
  return findings.some(({ state }) => state === 'wrong') ? FAILED : 0;
}

async function allFindings(options: DoctorOptions): Promise<Finding[]> {
  const { config, finding } = configuration(options.config);
  const { servers, nts } = config.clock;
  const timeServers = options.timeServer ?? servers.split(/\s+/).filter((server) => server !== '');
  return [
    ...(await runtimeFindings()),
    ...(await toolFindings()),
    finding,
    ...(await portFindings(config)),
    ...(await clockFindings(timeServers, options.timeServer === undefined && nts)),
    ...folderFindings(config),
    ...certificateFindings(),
  ];
}

/** If the configuration is wrong, the rest is checked with the defaults. */
function configuration(path: string | undefined): { config: Config; finding: Finding } {
  try {
    const config = loadConfig(path === undefined ? {} : { path });
    return { config, finding: ok('configuration', path ?? 'as it is found') };
  } catch (error) {
    const advice = 'eyrie config prints every option with its values';
    return {
      config: defaultConfig(),
      finding: wrong('configuration', (error as Error).message, advice),
    };
  }
}

function counts(findings: readonly Finding[]): Record<State, number> {
  const count = (state: State) => findings.filter((each) => each.state === state).length;
  return { ok: count('ok'), warn: count('warn'), wrong: count('wrong') };
}

const COLOURS: Record<State, Colour> = { ok: 'green', warn: 'yellow', wrong: 'red' };

function textOf(findings: readonly Finding[]): string {
  const paint = new Paint({ width: 0, colours: useColours(undefined), unicode: false });
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, state, found, advice }) => {
    const first = `${paint.in(COLOURS[state], state.padEnd(5))}  ${check.padEnd(width)}  ${printableLine(found)}`;
    return advice === '' ? first : `${first}\n       ${' '.repeat(width)}  → ${advice}`;
  });
  const { ok: fine, warn, wrong: bad } = counts(findings);
  return `${lines.join('\n')}\n\n${fine} ok, ${warn} to look at, ${bad} wrong`;
}
