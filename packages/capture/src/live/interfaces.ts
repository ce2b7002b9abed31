// The interfaces available for capture, as listed by the tool, with their addresses from the system.
import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { cannotRun, findTool, type Tool } from './tool.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 5000;

export interface NetworkInterface {
  readonly name: string;
  /** The tool's description: `Pseudo-device that captures on all interfaces`; '' if none. */
  readonly description: string;
  readonly addresses: readonly string[];
  readonly isUp: boolean;
  readonly isLoopback: boolean;
}

/** @throws CaptureError if neither tool is installed, or it cannot be run. */
export async function listInterfaces(tool: Tool = findTool()): Promise<NetworkInterface[]> {
  const { stdout } = await runTool(tool, ['-D']);
  const known = networkInterfaces();
  return parseList(stdout).map((each) => {
    const addresses = known[each.name] ?? [];
    return {
      ...each,
      addresses: addresses.map(({ address }) => address),
      isUp: each.isUp || addresses.length > 0,
      isLoopback: each.isLoopback || addresses.some(({ internal }) => internal),
    };
  });
}

async function runTool(tool: Tool, args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(tool.path, args, { timeout: TIMEOUT_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall?.startsWith('spawn') === true) throw cannotRun(tool, error);
    throw error;
  }
}

/** `1.eth0 (Description) [Up, Running, Loopback]` of tcpdump, `3. lo (Loopback)` of dumpcap. */
export function parseList(text: string): Omit<NetworkInterface, 'addresses'>[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\d+\. ?(\S+)(?: \((.*?)\))?(?: \[(.*)\])?\s*$/.exec(line);
    if (found === null) return [];
    const [, name, description = '', states = ''] = found;
    const flags = states.split(/,\s*/);
    return [
      {
        name: name!,
        description: description === 'Loopback' ? '' : description,
        isUp: flags.includes('Up'),
        isLoopback: flags.includes('Loopback') || description === 'Loopback',
      },
    ];
  });
}
