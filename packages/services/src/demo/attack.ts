// Demonstrates an attack on a mesh: one peer floods queries, another scans ports. Only the attackers are staged; the
// report is measured.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Peer, parseAddress } from '@eyrie/mesh';
import type { HoneypotEvent } from '../honeypot/index.ts';
import type { Response } from '../response/index.ts';
import { addressOf, hasManyAddresses, openStage, type Stage } from './stage.ts';

export interface AttackOptions {
  readonly peers?: number;
  readonly queriesPerSecond?: number;
  /** Seconds that the attackers stay redirected. */
  readonly forSeconds?: number;
  /** Seconds that queries are timed, before the attack and again while the attackers are redirected. */
  readonly quietSeconds?: number;
  readonly attackSeconds?: number;
  /** Called at each step, with the seconds since the start. */
  readonly print?: (atSeconds: number, line: string) => void;
}

/** One attacker: milliseconds since its attack began, null for events that did not happen. */
export interface Attacker {
  readonly peer: string;
  readonly rule: string;
  readonly foundMs: number | null;
  /** Its first message to the decoy. */
  readonly decoyedMs: number | null;
  readonly releasedMs: number | null;
  /** Events that the honeypot recorded of it. */
  readonly events: number;
}

/** Query latency of the other peers in milliseconds, and the number of incomplete answers. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

export interface AttackReport {
  readonly peers: number;
  readonly attackers: readonly Attacker[];
  readonly before: Latency;
  readonly during: Latency;
  /** Queries that the flooder sent, and those that the decoy answered. */
  readonly flood: { readonly sent: number; readonly answered: number };
  /** All peers are back, and each knows all others. */
  readonly isWhole: boolean;
}

const QUESTION = '3 peers order by cpu.free';
const LIMIT_MS = 30_000;
const ASK_MS = 10;

export async function runAttack(options: AttackOptions = {}): Promise<AttackReport> {
  const { peers: count = 20, queriesPerSecond = 150, forSeconds = 15 } = options;
  const { quietSeconds = 4, attackSeconds = 6 } = options;
  const beganMs = performance.now();
  const print = (line: string) => options.print?.((performance.now() - beganMs) / 1000, line);
  const visits: (HoneypotEvent & { atMs: number })[] = [];
  print(`${count} peers and a honeypot start, each with its own certificate, over TLS on loopback.`);
  const stage = await openStage({
    peers: count + 1,
    forSeconds,
    onVisit: (event) => visits.push({ ...event, atMs: performance.now() }),
  });
  try {
    return await play(stage, { count, queriesPerSecond, quietSeconds, attackSeconds, print, visits });
  } finally {
    await stage.close();
  }
}

interface Play {
  count: number;
  queriesPerSecond: number;
  quietSeconds: number;
  attackSeconds: number;
  print: (line: string) => void;
  visits: (HoneypotEvent & { atMs: number })[];
}

async function play(stage: Stage, options: Play): Promise<AttackReport> {
  const { count, queriesPerSecond, quietSeconds, attackSeconds, print, visits } = options;
  const { peers } = stage;
  const measuring = setInterval(() => measure(peers), 1_000);
  const found = narrate(stage, print);
  try {
    measure(peers);
    await until(() => isWhole(peers) && hasView(peers), LIMIT_MS);
    print(`Every peer knows all others and has the whole view: ${peers[0]!.skyeye.view()?.peers} peers.`);
    const [flooder, scanner] = attackersOf(peers);
    const others = peers.slice(0, count).filter((peer) => peer !== flooder && peer !== scanner);
    const before = await queriesOf(others, 1000 * quietSeconds);
    print(`BASELINE  Queries of the other peers: ${latencyText(before)}.`);

    print(`ATTACK    ${flooder.id} starts to send ${queriesPerSecond} queries a second.`);
    const flood = startFlood(flooder, queriesPerSecond);
    print(`ATTACK    ${scanner.id} starts to scan the ports of all peers.`);
    const scan = hasManyAddresses ? startScan(peers, scanner) : null;
    const attackMs = performance.now();
    const names = [flooder.id, ...(scan === null ? [] : [scanner.id])];
    const arrivedMs = (id: string) => visitsOf(visits, id)[0]?.atMs ?? null;
    await Promise.race([
      until(() => names.every((id) => arrivedMs(id) !== null), LIMIT_MS),
      queriesOf(others, LIMIT_MS),
    ]);
    for (const id of names)
      if (arrivedMs(id) !== null)
        print(
          `DECOY     ${id} reached the honeypot ${seconds(arrivedMs(id)! - attackMs)} after its attack began, and continues.`,
        );
    const during = await queriesOf(others, 1000 * attackSeconds);
    print(`DURING    Queries of the other peers: ${latencyText(during)}.`);
    flood.stop();
    scan?.stop();
    print(
      `${flooder.id} has sent ${flood.sent} queries, ${flood.answered} of them answered; its view has ${flooder.skyeye.view()?.peers} peers.`,
    );
    for (const id of names)
      print(`RECORDED  ${visitsOf(visits, id).length} events of ${id}, such as: ${sampleOf(visits, id)}`);
    const released = await releases(stage, names, print);
    await until(() => isWhole(peers), LIMIT_MS);
    const whole = isWhole(peers);
    print(whole ? 'All peers are back, and each knows all others.' : 'Not all peers are back.');
    const after = (ms: number | null | undefined) => (ms == null ? null : Math.round(ms - attackMs));
    return {
      ...{ peers: count, before, during, isWhole: whole },
      flood: { sent: flood.sent, answered: flood.answered },
      attackers: names.map((id) => ({
        ...{ peer: id, rule: found.get(id)?.response.rule ?? '', foundMs: after(found.get(id)?.atMs) },
        ...{ decoyedMs: after(arrivedMs(id)), releasedMs: after(released.get(id)) },
        events: visitsOf(visits, id).length,
      })),
    };
  } finally {
    clearInterval(measuring);
  }
}

/** Prints each response as it is decided. Returns the first for each peer, with its time (performance.now). */
function narrate(
  { desk }: Stage,
  print: Play['print'],
): ReadonlyMap<string, { response: Response; atMs: number }> {
  const found = new Map<string, { response: Response; atMs: number }>();
  desk.onResponse.push((response) => {
    if (!response.isDone) return;
    const { peer, summary, witnesses, answer, untilMs, isTrial } = response;
    const known = found.get(peer);
    if (known === undefined) found.set(peer, { response, atMs: performance.now() });
    const seenBy = isTrial ? `by ${witnesses[0]} alone` : `by ${witnesses.join(' and ')}`;
    print(`${known === undefined ? 'FOUND    ' : 'PROVEN   '} ${summary}; seen ${seenBy}.`);
    const until = new Date(untilMs!).toISOString().slice(11, 19);
    print(`ANSWERED  ${peer}: ${answer}${isTrial ? ', on trial,' : ''} until ${until}.`);
  });
  return found;
}

/** Two peers that are neither the authority, the root nor the honeypot. */
function attackersOf(peers: readonly Peer[]): [Peer, Peer] {
  const root = peers[0]!.directory.tree.root;
  const [flooder, scanner] = peers.slice(1, -1).filter((peer) => peer.id !== root);
  return [flooder!, scanner!];
}

function startFlood(peer: Peer, perSecond: number) {
  const flood = { sent: 0, answered: 0, stop: () => clearInterval(timer) };
  const startMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond);
    for (; flood.sent < due; flood.sent++)
      void peer.skyeye.query(QUESTION).then(({ problem }) => {
        if (problem === null) flood.answered++;
      });
  }, 10);
  return flood;
}

/** Connects to each port again and again, sends nothing, and disconnects. */
function startScan(peers: readonly Peer[], scanner: Peer): { stop(): void } {
  const localAddress = addressOf(peers.indexOf(scanner));
  let next = 0;
  const timer = setInterval(() => {
    const place = parseAddress(peers[next++ % peers.length]!.addresses[0]!);
    if (place === null) return;
    const socket = connect({ ...place, localAddress });
    socket.on('error', () => {});
    socket.once('connect', () => socket.destroy());
  }, 20);
  return { stop: () => clearInterval(timer) };
}

/** Each peer in turn sends a query and waits for the answer. */
async function queriesOf(peers: readonly Peer[], forMs: number): Promise<Latency> {
  const tookMs: number[] = [];
  let failed = 0;
  const endMs = performance.now() + forMs;
  for (let i = 0; performance.now() < endMs; i++) {
    const { tookMs: ms, problem } = await peers[i % peers.length]!.skyeye.query(QUESTION);
    tookMs.push(ms);
    if (problem !== null) failed++;
    await sleep(ASK_MS);
  }
  tookMs.sort((a, b) => a - b);
  const at = (part: number) =>
    tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * part))] ?? Number.NaN;
  return { count: tookMs.length, p50: at(0.5), p99: at(0.99), failed };
}

/** When each attacker was readmitted, and whether it reconnected by itself. */
async function releases(
  stage: Stage,
  names: readonly string[],
  print: Play['print'],
): Promise<Map<string, number>> {
  const released = new Map<string, number>();
  const { measures } = stage.peers[0]!.standing;
  await until(() => {
    for (const id of names) {
      if (measures.of(id) !== null || released.has(id)) continue;
      released.set(id, performance.now());
      print(`RELEASED  ${id}: its time is over.`);
    }
    return released.size === names.length;
  }, 10 * LIMIT_MS);
  return released;
}

/** Gives each peer the readings of a host of its own. */
function measure(peers: readonly Peer[]): void {
  for (const [i, peer] of peers.entries())
    peer.skyeye.report({ 'cpu.used': 5 + 3 * i, 'cpu.free': 95 - 3 * i, 'memory.free': (1 + i) * 2 ** 30 });
}

function isWhole(peers: readonly Peer[]): boolean {
  return peers.every((peer) => peers.every((other) => peer.directory.isAlive(other.id)));
}

function hasView(peers: readonly Peer[]): boolean {
  return peers.every((peer) => peer.skyeye.view()?.peers === peers.length);
}

/** The visits of one peer, identified by its certificate. */
function visitsOf(visits: Play['visits'], id: string): Play['visits'] {
  const sessions = new Set(visits.filter(({ user }) => user === id).map(({ session }) => session));
  return visits.filter(({ session }) => sessions.has(session));
}

function sampleOf(visits: Play['visits'], id: string): string {
  const commands = visitsOf(visits, id).flatMap(({ command }) => (command === undefined ? [] : [command]));
  return commands[0] ?? 'it came, and said nothing';
}

async function until(isSo: () => boolean, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isSo() && performance.now() < endMs) await sleep(20);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function latencyText({ count, p50, p99, failed }: Latency): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${count} answered in ${ms(p50)} (p50), ${ms(p99)} (p99)${failed === 0 ? '' : `, ${failed} not wholly`}`;
}
