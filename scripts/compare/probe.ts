/** Which of the fields a side knows: one unknown name would make it refuse the whole run. */
import { spawnSync } from 'node:child_process';
import { errorLine } from '../error-line.ts';
import { type SideCommand, sideCommand } from './pair.ts';

const PROBE_TIMEOUT_MS = 30_000;

/** A classic pcap file without a packet (magic, 2.4, zone, sigfigs, snap length, Ethernet). */
export function emptyCapture(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, 262_144, true);
  header.setUint32(20, 1, true);
  return new Uint8Array(header.buffer);
}

/**
 * The names out of `names` that the side accepts. A refused name is found in the error message; names
 * there that are accepted when asked for alone (suggestions) stay.
 */
export function knownFields(
  words: readonly string[],
  names: readonly string[],
  file: string,
  environment: NodeJS.ProcessEnv,
): { known: Set<string>; error: string | null } {
  const ask = (asked: readonly string[]): { ok: boolean; output: string } => {
    const side: SideCommand = { words, known: new Set(asked) };
    const [program, ...rest] = sideCommand(side, file, asked);
    const result = spawnSync(program as string, rest, {
      encoding: 'utf8',
      env: environment,
      timeout: PROBE_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { ok: result.status === 0, output: result.error?.message ?? result.stderr };
  };
  const isRefused = (name: string): boolean => !ask([name]).ok;

  const first = names[0] as string;
  const alone = ask([first]);
  if (!alone.ok) return { known: new Set(), error: errorLine(alone.output) };
  let known = [...names];
  for (let answer = ask(known); !answer.ok; answer = ask(known)) {
    const mentioned = new Set(answer.output.split(/[^A-Za-z0-9_.]+/).map((word) => word.replace(/\.$/, '')));
    const refused = [...mentioned].find((word) => known.includes(word) && isRefused(word));
    // A message that blames no name: each is tried.
    known = known.filter((name) => (refused === undefined ? !isRefused(name) : name !== refused));
    if (refused === undefined) break;
  }
  return { known: new Set(known), error: null };
}
