/**
 * The captures used for benchmarks: real ones overlaid and repeated, with continuing timestamps, up to a given size. Made
 * once, into a cache folder.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { findCaptures } from '../compare/captures.ts';
import { renumber } from './renumber.ts';
import { LINKTYPE_ETHERNET, readPackets, type SourcePacket } from './sources.ts';

/** Cache version: increment when the construction changes. */
const VERSION = 3;

/** The captures' starts are spread over this long, so that their packets interleave. */
const SPREAD_SECONDS = 20;

const WRITE_BYTES = 4 * 1024 * 1024;

/** Time of the first packet: 2024-01-01T00:00:00Z. */
const EPOCH_SECONDS = 1_704_067_200;

export interface Mix {
  readonly name: string;
  readonly what: string;
  /** Selects captures by file name. */
  readonly takes: RegExp;
  readonly leaves?: RegExp;
  /** Whether each repetition gets other host addresses, and so flows of its own. */
  readonly newHosts: boolean;
  /** Factor on the requested size, smaller for mixes of small packets. */
  readonly share: number;
}

const ATTACKS = /scan|flood|backscatter|brute|spoof|sweep/i;

export const MIXES: readonly Mix[] = [
  {
    name: 'mixed',
    what: 'all Ethernet captures, repeated with the same hosts',
    takes: /./,
    leaves: ATTACKS,
    newHosts: false,
    share: 1,
  },
  {
    name: 'web',
    what: 'HTTP, TLS and QUIC, other hosts each time',
    takes: /http|tls|quic|web|example\.pcap|206_|office/i,
    leaves: /web_attack|http2/i,
    newHosts: true,
    share: 1,
  },
  {
    name: 'small',
    what: 'small packets: DNS, SNMP, NTP, DHCP, SIP, MQTT, Modbus, ICMP, other hosts each time',
    takes: /dns|snmp|ntp|dhcp|icmp|mqtt|modbus|dnp3|communityid|sip_|raw_packets|office/i,
    leaves: /flood|tunnel/i,
    newHosts: true,
    share: 1,
  },
  {
    name: 'flows',
    what: 'scans, floods and backscatter: nearly every packet a flow of its own',
    takes: ATTACKS,
    newHosts: true,
    share: 1 / 3,
  },
];

export interface MadeMix {
  readonly mix: Mix;
  readonly path: string;
  readonly bytes: number;
  readonly packets: number;
  /** The captures it was made from. */
  readonly sources: readonly string[];
  readonly rounds: number;
}

/** The cache folder. */
export function cacheFolder(): string {
  return join(tmpdir(), 'eyrie-bench');
}

/** The mix as a file, cached or newly made; null if no source capture matches. */
export function makeMix(mix: Mix, folders: readonly string[], megabytes: number): MadeMix | null {
  const sources = findCaptures(folders).filter(
    ({ path }) => mix.takes.test(basename(path)) && !mix.leaves?.test(basename(path)),
  );
  const target = Math.round(megabytes * mix.share);
  const hash = createHash('sha256').update(JSON.stringify([VERSION, mix, sources, String(mix.takes)]));
  const kind = `${mix.name}-${target}MB-`;
  const name = kind + hash.digest('hex').slice(0, 10);
  const path = join(cacheFolder(), `${name}.pcap`);
  const notePath = join(cacheFolder(), `${name}.json`);
  if (existsSync(path) && existsSync(notePath)) {
    const note = JSON.parse(readFileSync(notePath, 'utf8')) as {
      packets: number;
      sources: string[];
      rounds: number;
    };
    return { mix, path, bytes: statSync(path).size, ...note };
  }
  const captures = sources.map(({ path: source }) => ({ source, packets: readPackets(source) }));
  const used = captures.filter((capture) => capture.packets.length > 0);
  if (used.length === 0) return null;
  mkdirSync(cacheFolder(), { recursive: true });
  for (const older of readdirSync(cacheFolder())) {
    if (older.startsWith(kind)) rmSync(join(cacheFolder(), older));
  }
  const base = lay(used.map((capture) => capture.packets));
  const written = repeat(base, mix.newHosts, target * 1024 * 1024, `${path}.partial`);
  const note = { ...written, sources: used.map((capture) => basename(capture.source)) };
  writeFileSync(notePath, JSON.stringify(note));
  renameSync(`${path}.partial`, path);
  return { mix, path, bytes: statSync(path).size, ...note };
}

/** Overlays all captures, each with a start of its own, with packets in order of time. */
function lay(captures: readonly SourcePacket[][]): SourcePacket[] {
  const all: SourcePacket[] = [];
  for (const [index, packets] of captures.entries()) {
    // The golden ratio spreads any number of starts evenly and reproducibly.
    const start = ((index * 0.618034) % 1) * SPREAD_SECONDS;
    for (const packet of packets) all.push({ ...packet, at: packet.at + start });
  }
  return all.sort((a, b) => a.at - b.at);
}

function repeat(
  base: readonly SourcePacket[],
  newHosts: boolean,
  bytesMin: number,
  path: string,
): { packets: number; rounds: number } {
  const span = (base.at(-1)?.at ?? 0) + 0.001;
  const output = openSync(path, 'w', 0o644);
  const writer = new PcapWriter({ linkType: LINKTYPE_ETHERNET });
  const frame = newFrame();
  let written = 0;
  let round = 0;
  for (; written < bytesMin; round++) {
    for (const packet of base) {
      const time = EPOCH_SECONDS + round * span + packet.at;
      frame.seconds = Math.floor(time);
      frame.nanoseconds = Math.floor((time - frame.seconds) * 1e9);
      frame.wireLength = packet.wireLength;
      frame.data = newHosts ? ofOtherHosts(packet.bytes, round) : packet.bytes;
      frame.end = frame.data.length;
      writer.write(frame);
      if (writer.pending >= WRITE_BYTES) written += writeSync(output, writer.take());
    }
    written += writeSync(output, writer.take());
  }
  closeSync(output);
  return { packets: round * base.length, rounds: round };
}

function ofOtherHosts(bytes: Uint8Array, round: number): Uint8Array {
  const copy = Buffer.from(bytes);
  renumber(copy, round);
  return copy;
}

/** A file with the first ten packets of a mix, to measure start-up time. */
export function firstPackets(made: MadeMix, count: number): string {
  const path = join(cacheFolder(), `first-${count}.pcap`);
  const file = openSync(made.path, 'r');
  const start = Buffer.alloc(1024 * 1024);
  const length = readSync(file, start);
  closeSync(file);
  let at = 24;
  for (let packet = 0; packet < count && at + 16 <= length; packet++) at += 16 + start.readUInt32LE(at + 8);
  writeFileSync(path, start.subarray(0, at));
  return path;
}
