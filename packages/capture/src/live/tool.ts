// The capturing program, tcpdump or dumpcap, so that Eyrie itself needs no privileges.
import { constants as access, accessSync } from 'node:fs';
import { constants, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { CaptureError } from '../errors.ts';

export type ToolName = 'tcpdump' | 'dumpcap';

export interface Tool {
  readonly name: ToolName;
  readonly path: string;
}

/** tcpdump first: it reports drops while it runs, dumpcap only at the end. */
const TOOLS: readonly ToolName[] = ['tcpdump', 'dumpcap'];
/** Debian installs tcpdump here, which is not in every user's PATH. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/bin', '/usr/local/bin'];

/** @throws CaptureError if there is none. */
export function findTool(wanted: ToolName | 'auto' = 'auto', path = process.env.PATH ?? ''): Tool {
  const folders = [...path.split(delimiter), ...(platform() === 'win32' ? [] : MORE_FOLDERS)];
  for (const name of wanted === 'auto' ? TOOLS : [wanted]) {
    const file = platform() === 'win32' ? `${name}.exe` : name;
    const found = folders.map((folder) => join(folder, file)).find(isExecutable);
    if (found !== undefined) return { name, path: found };
  }
  throw new CaptureError(
    'ERR_CAPTURE_NO_TOOL',
    `${wanted === 'auto' ? 'neither tcpdump nor dumpcap is' : `${wanted} is not`} installed; ${howToInstall(wanted)}`,
  );
}

function howToInstall(wanted: ToolName | 'auto'): string {
  switch (platform()) {
    case 'linux':
      return wanted === 'dumpcap'
        ? 'install it with: apt install wireshark-common, or dnf install wireshark-cli'
        : 'install it with: apt install tcpdump, or dnf install tcpdump';
    case 'darwin':
      return 'tcpdump comes with macOS; for dumpcap: brew install wireshark';
    case 'win32':
      return 'install Wireshark with Npcap from https://www.wireshark.org, and add its folder to PATH';
    default:
      return 'install tcpdump with the package manager of your system';
  }
}

/**
 * The signal that makes tcpdump report its counters: SIGINFO on macOS and BSD, where SIGUSR1 would end it, else SIGUSR1
 * (tcpdump(1), "OUTPUT FORMAT"). Null: none on this system.
 */
export function countsSignal({ name }: Tool, known: object = constants.signals): NodeJS.Signals | null {
  if (name !== 'tcpdump' || platform() === 'win32') return null;
  return 'SIGINFO' in known ? 'SIGINFO' : 'SIGUSR1';
}

/** EPERM: the file has capabilities that this process may not gain (execve(2)), as in a container without NET_RAW. */
export function cannotRun({ path }: Tool, error: unknown): CaptureError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new CaptureError(
    'ERR_CAPTURE_NO_PERMISSION',
    code === 'EPERM'
      ? `${path} may not capture here; in a container, allow it with --cap-add NET_RAW`
      : `${path} cannot be run: ${message}; install it anew`,
  );
}

/** The command that permits capturing without root on this system. */
export function howToPermit(tool: Tool): string {
  switch (platform()) {
    case 'linux':
      return `allow it once with: sudo setcap cap_net_raw,cap_net_admin=eip ${tool.path}`;
    case 'darwin':
      return 'allow it with: sudo chmod o+r /dev/bpf*';
    case 'win32':
      return 'run this as administrator, or install Npcap without its restriction to administrators';
    default:
      return 'run this as root';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, access.X_OK);
    return true;
  } catch {
    return false;
  }
}
