// `eyrie firewall plan | apply | remove | status`.
import { readFileSync } from 'node:fs';
import {
  type FirewallTool,
  isAddress,
  type Plan,
  protection,
  type Rule,
  readBlocked,
  type Step,
  shellText,
  usedPorts,
  type Wanted,
  withoutCovered,
} from '@eyrie/services/firewall';
import { BAD_USAGE, FAILED, fileError, UserError } from '../errors.ts';
import { Cancelled, terminalQuestions } from '../menu/questions.ts';
import { configFrom } from '../pipeline/config.ts';
import {
  listeningNow,
  localPeers,
  look,
  ownAddresses,
  run,
  sshPorts,
  sshVisitor,
  toolFor,
} from './machine.ts';

interface ToolOptions {
  readonly tool?: string;
  readonly zone?: string;
}

interface WantedOptions extends ToolOptions {
  readonly config?: string;
  readonly open?: readonly string[];
  readonly from?: readonly string[];
  readonly block?: string;
}

export async function plan(options: WantedOptions & { json?: boolean }): Promise<number> {
  const { tool, wanted, result, notes } = planFor(options);
  if (options.json === true) {
    const { rules, blocked } = wanted;
    console.log(JSON.stringify({ tool: tool.name, rules, blocked, steps: result.steps, notes }, null, 2));
    return 0;
  }
  console.log(`# ${tool.title}: ${portsText(wanted.rules)}`);
  show(result.steps, notes);
  return 0;
}

export async function apply(options: WantedOptions & { yes?: boolean }): Promise<number> {
  const { tool, wanted, result, notes } = planFor(options);
  console.log(`# ${tool.title}: ${portsText(wanted.rules)}`);
  return carryOut(result.steps, notes, options.yes === true, '"eyrie firewall remove" undoes it.');
}

export async function remove(options: ToolOptions & { yes?: boolean }): Promise<number> {
  const tool = toolFor(options.tool);
  const { steps, notes } = tool.remove(seenBy(tool));
  return carryOut(steps, notes, options.yes === true);
}

export async function status(options: ToolOptions & { json?: boolean }): Promise<number> {
  const tool = toolFor(options.tool);
  const rules = tool.status(seenBy(tool));
  if (options.json === true) console.log(JSON.stringify({ tool: tool.name, rules }, null, 2));
  else if (rules.length === 0) console.log(`Nothing in ${tool.title} is Eyrie's.`);
  else console.log(rules.join('\n'));
  return 0;
}

interface Planned {
  readonly tool: FirewallTool;
  readonly wanted: Wanted;
  readonly result: Plan;
  readonly notes: readonly string[];
}

function planFor(options: WantedOptions): Planned {
  const tool = toolFor(options.tool);
  const { blocked, problems } = blockedFrom(options.block, tool);
  const wanted = { rules: rulesFrom(options), blocked, ssh: sshPorts() };
  const seen = look(tool);
  const result = tool.apply(wanted, seen ?? [], options.zone ?? null);
  const unseen = seen === null ? [`${tool.name} may not be asked what stands there: run this as root`] : [];
  return { tool, wanted, result, notes: [...unseen, ...problems, ...result.notes] };
}

function rulesFrom({ config, open = [], from: given = [] }: WantedOptions): Rule[] {
  const wrong = given.find((each) => !isAddress(each));
  if (wrong !== undefined)
    throw new UserError(`--from ${wrong}: must be an address or network, as 10.0.0.0/8`);
  const from = withoutCovered(given);
  const used = usedPorts(
    configFrom({ ...(config === undefined ? {} : { config }) }),
    localPeers(),
    listeningNow(),
    from,
  );
  const more = open.map((text) => openRule(text, from));
  return [
    ...used,
    ...more.filter(
      ({ port, protocol }) => !used.some((rule) => rule.port === port && rule.protocol === protocol),
    ),
  ];
}

function openRule(text: string, from: readonly string[]): Rule {
  const match = /^(\d{1,5})\/(tcp|udp)$/.exec(text);
  const port = Number(match?.[1]);
  if (match === null || port < 1 || port > 65_535)
    throw new UserError(`--open ${text}: must be a port and its protocol, as 9999/tcp`);
  return { service: `port ${port}`, protocol: match[2] as 'tcp' | 'udp', port, from };
}

function blockedFrom(
  path: string | undefined,
  tool: FirewallTool,
): { blocked: string[]; problems: string[] } {
  if (path === undefined) return { blocked: [], problems: [] };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(`--block ${path}`, error);
  }
  const { blocked, problems } = readBlocked(text, protection(ownAddresses(), sshVisitor()));
  if (blocked.length > tool.blockedMax)
    throw new UserError(
      `--block ${path}: ${blocked.length} addresses, ${tool.title} takes ${tool.blockedMax}: put networks together, or use nftables`,
    );
  return { blocked, problems: problems.map((each) => `${path}: ${each}: not blocked`) };
}

function seenBy(tool: FirewallTool): string[] {
  const seen = look(tool);
  if (seen === null)
    throw new UserError(`${tool.name} may not be asked what stands there: run this as root`, FAILED);
  return seen;
}

/** Resolves to the exit status. Stops at the first command that fails, and says how far it came. */
async function carryOut(
  steps: readonly Step[],
  notes: readonly string[],
  isSure: boolean,
  behind = '',
): Promise<number> {
  show(steps, notes);
  if (steps.length === 0) return 0;
  if (!isSure) {
    if (!process.stdin.isTTY) throw new UserError('nothing was changed: --yes does it', BAD_USAGE);
    if (!(await isConfirmed(steps.length))) {
      console.log('Nothing was changed.');
      return FAILED;
    }
  }
  for (const [i, step] of steps.entries()) {
    const { ok, message } = run(step);
    if (!ok)
      throw new UserError(
        `${i} of ${steps.length} commands were run, then ${step.argv.slice(0, 4).join(' ')} … failed: ${message}`,
        FAILED,
      );
  }
  console.log(`Done: ${steps.length} ${steps.length === 1 ? 'command' : 'commands'}. ${behind}`.trimEnd());
  return 0;
}

async function isConfirmed(count: number): Promise<boolean> {
  try {
    return await terminalQuestions.confirm(
      count === 1 ? 'Run this command?' : `Run these ${count} commands?`,
    );
  } catch (error) {
    if (error instanceof Cancelled) return false;
    throw error;
  }
}

function show(steps: readonly Step[], notes: readonly string[]): void {
  for (const note of notes) console.log(`# ${note}`);
  for (const step of steps) console.log(shellText(step));
  if (steps.length === 0) console.log('# nothing to do');
}

function portsText(rules: readonly Rule[]): string {
  if (rules.length === 0) return 'nothing here listens beyond this machine';
  return rules.map(({ service, port, protocol }) => `${port}/${protocol} (${service})`).join(', ');
}
