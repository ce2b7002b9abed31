// Programs that Eyrie runs, and whether they may capture: tested by doing it, because permissions have many sources. Without
// them, all but live captures works.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findTool, howToPermit, listInterfaces, type Tool } from '@eyrie/capture';
import { type Finding, ok, warn } from '../check.ts';

const TRY_MS = 1500;
const VERSION_MS = 5000;

export async function toolFindings(): Promise<Finding[]> {
  return [
    ...(await captureFindings()),
    ok('tshark (optional)', inPath('tshark') ? 'is here' : 'is not here; only npm run compare needs it'),
  ];
}

async function captureFindings(): Promise<Finding[]> {
  let tool: Tool;
  try {
    tool = findTool();
  } catch (error) {
    const [found = '', advice = ''] = (error as Error).message.split('; ');
    return [warn('capture program', found, advice)];
  }
  return [ok('capture program', await versionOf(tool.path)), await permission(tool)];
}

/** Opens the loopback interface, or the first there is, for a moment. */
async function permission(tool: Tool): Promise<Finding> {
  const check = `capturing (${tool.name})`;
  try {
    const interfaces = await listInterfaces(tool);
    const chosen = interfaces.find(({ isLoopback }) => isLoopback) ?? interfaces[0];
    if (chosen === undefined)
      return warn(check, 'no interface can be captured on', 'run this as root, or see eyrie capture --list');
    return await tryCapture(check, tool, chosen.name);
  } catch (error) {
    const [found = '', advice = 'see eyrie capture --list'] = (error as Error).message
      .split('\n')[0]!
      .split('; ');
    return warn(check, found, advice);
  }
}

function tryCapture(check: string, tool: Tool, name: string): Promise<Finding> {
  const options = tool.name === 'tcpdump' ? ['-i', name, '-w', '-', '-U'] : ['-i', name, '-w', '-', '-q'];
  const child = spawn(tool.path, options, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (text) => {
    output += text;
  });
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGTERM'), TRY_MS);
    child.on('error', (error) => done(warn(check, error.message, 'install it anew')));
    child.on('close', (_status, signal) => {
      clearTimeout(timer);
      const last = output.trim().split('\n').at(-1) ?? '';
      if (signal !== null || /listening on|Capturing on/i.test(output)) done(ok(check, `works on ${name}`));
      else done(warn(check, `${name}: ${last}`, howToPermit(tool)));
    });
  });
}

function versionOf(path: string): Promise<string> {
  return new Promise((done) => {
    let child: ChildProcess;
    try {
      child = spawn(path, ['--version'], { timeout: VERSION_MS });
    } catch {
      // EPERM is thrown: the check of the permission reports it.
      return done(path);
    }
    let output = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text) => {
        output += text;
      });
    child.on('error', () => done(path));
    child.on('close', () => done(`${output.split('\n')[0]?.trim() || 'unknown version'} (${path})`));
  });
}

function inPath(name: string): boolean {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
