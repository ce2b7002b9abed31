// `eyrie privacy find`: where an address occurs on this machine, for a person who asks what is kept of them, and for one who has
// erased it and wants to be sure.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, extname } from 'node:path';
import { CaptureError, type CaptureSource, isVault, openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import type { Config } from '@eyrie/services/config';
import { openStore, StoreError } from '@eyrie/store';
import { defaultStoreUrl } from '../base-folders.ts';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import { configFrom } from '../pipeline/config.ts';
import { pseudonyms } from '../pipeline/settings.ts';
import { shellWord } from '../terminal/shell.ts';
import { table } from '../terminal/table.ts';
import { FILES_MAX, filesBelow, type Kept, keptHere } from './report.ts';

/** As it stands in packets, and as it is written. */
interface Wanted {
  readonly bytes: Buffer;
  readonly text: string;
}

interface Found {
  readonly what: string;
  readonly place: string;
  /** `12 packets`, or why it is unknown. */
  readonly found: string;
  readonly erase: string;
}

const CAPTURE = /\.(pcapng|pcap|cap|dmp|snoop)(\.gz|\.zst)?$/;

/** Resolves to the exit status. @throws UserError */
export async function find(
  address: string,
  { config: path, json }: { config?: string; json?: boolean },
): Promise<number> {
  const wanted = wantedOf(address);
  const config = configFrom(path === undefined ? {} : { config: path });
  const [store, ...others] = keptHere(config);
  const found = await inStore(store!, config, wanted);
  const seen = new Set<string>();
  for (const kept of others) found.push(...(await inFiles(kept, wanted, seen)));
  if (json === true) console.log(JSON.stringify({ address: wanted.text, found }, null, 2));
  else if (found.length === 0) console.log(`${wanted.text} stands nowhere in what Eyrie keeps here.`);
  else console.log(table([['WHAT', 'FOUND', 'WHERE', 'TO ERASE IT'], ...found.map(rowOf)]));
  return found.length === 0 ? 0 : FAILED;
}

function rowOf({ what, found, place, erase }: Found): string[] {
  return [what, found, place, erase];
}

/** @throws UserError */
function wantedOf(address: string): Wanted {
  const text = address.toLowerCase();
  if (isIP(text) === 4) return { text, bytes: Buffer.from(text.split('.').map(Number)) };
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text))
    return { text, bytes: Buffer.from(text.replaceAll(':', ''), 'hex') };
  if (isIP(text) === 6 && !text.includes('%')) {
    // The one way of writing it (RFC 5952), which URLs have, too.
    const plain = new URL(`http://[${text}]`).hostname.slice(1, -1);
    const [head = '', tail] = plain.split('::');
    const groups = (part: string | undefined) => (part === undefined || part === '' ? [] : part.split(':'));
    const [first, last] = [groups(head), groups(tail)];
    const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
    const hex = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join('');
    return { text: plain, bytes: Buffer.from(hex, 'hex') };
  }
  throw new UserError(
    `${address}: write one address, as 192.0.2.7, 2001:db8::7 or 02:00:5e:00:53:07`,
    BAD_USAGE,
  );
}

async function inStore({ what, place, erase }: Kept, config: Config, { text }: Wanted): Promise<Found[]> {
  const url = config.store.url === '' ? defaultStoreUrl() : config.store.url;
  const finding = (found: string): Found[] => [{ what, place, found, erase: erase.replace('ADDRESS', text) }];
  try {
    const store = await openStore(url, { create: false, readOnly: true, ...pseudonyms() });
    try {
      const { packets } = await store.protocolSummary({ address: text });
      const names = (await store.names({ address: text, limit: 1000 })).items.length;
      const findings = (await store.findings({ address: text, limit: 1000 })).items.length;
      const flows = (await store.flows({ address: text, limit: 1000 })).items.length;
      return packets + flows + names + findings === 0
        ? []
        : finding(
            [
              numbered(packets, 'packet'),
              numbered(flows, 'conversation'),
              numbered(names, 'name'),
              numbered(findings, 'finding'),
            ].join(', '),
          );
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'ERR_STORE_NOT_FOUND') return [];
    const why =
      error.code === 'ERR_STORE_LOCKED' ? 'open in another process: stop it, or ask its page' : error.message;
    return finding(`not looked at: ${why}`);
  }
}

/** @param seen files looked at before, since places may overlap; those of this one are added */
async function inFiles(kept: Kept, wanted: Wanted, seen: Set<string>): Promise<Found[]> {
  const { what, place, erase } = kept;
  const found: Found[] = [];
  const paths = filesBelow(place, kept.wanted);
  if (paths.length >= FILES_MAX)
    found.push({ what, place, found: `not looked at: files beyond ${FILES_MAX}`, erase });
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = await inFile(path, wanted).catch((error: Error) => `not looked at: ${error.message}`);
    if (text !== null) found.push({ what, place: path, found: text, erase: eraseOf(path, kept) });
  }
  return found;
}

/** Files of a peer that it does without. */
const DISPENSABLE = new Set([
  'acquaintances.json',
  'audit.jsonl',
  'blocked.txt',
  'blocked.txt.nft',
  'lan-nodes.json',
]);

/** Never what would cost a peer its keys. */
function eraseOf(path: string, { each, erase }: Kept): string {
  const name = basename(path);
  if (each === 'needed') {
    if (extname(name) === '.toml' || name === 'settings.json') return 'edit it';
    if (!DISPENSABLE.has(name)) return 'the peer needs it: only together with the peer';
  }
  return each === undefined ? erase : `rm ${shellWord(path)}`;
}

/** Null: it is not in there. */
async function inFile(path: string, wanted: Wanted): Promise<string | null> {
  if (CAPTURE.test(path)) {
    const packets = await packetsWith(path, wanted);
    return packets === 0 ? null : numbered(packets, 'packet');
  }
  const content = readFileSync(path);
  if (isVault(content)) return 'not looked at: encrypted, and no capture';
  const isNamed = namesOf(wanted);
  const relevant = extname(path) === '.toml' ? withoutComment : (line: string) => line;
  const lines = content
    .toString('latin1')
    .split('\n')
    .filter((line) => isNamed(relevant(line))).length;
  return lines === 0 ? null : numbered(lines, 'line');
}

/** A line of TOML: the examples in comments are no data. */
function withoutComment(line: string): string {
  return /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^#"'])*/.exec(line)![0];
}

/**
 * `192.0.2.7` stands in `192.0.2.7:80`, but not in `192.0.2.70`. The analyzer's log also has it escaped, in URLs
 * (`2001%3Adb8%3A%3A7`), and as bytes, in SQL (`unhex('c0000207')`).
 */
function namesOf({ text, bytes }: Wanted): (line: string) => boolean {
  const [before, behind] = isIP(text) === 4 ? ['[\\d.]', '\\d|\\.\\d'] : ['[\\da-f:]', '[\\da-f:]'];
  const plain = `(?<!${before})${text.replaceAll('.', '\\.')}(?!${behind})`;
  const pattern = new RegExp(`${plain}|'${bytes.toString('hex')}'`, 'i');
  return (line) => pattern.test(unescaped(line));
}

function unescaped(line: string): string {
  return line.replaceAll(/%([2-7][\da-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Those that hold its bytes anywhere, or name it. */
async function packetsWith(path: string, wanted: Wanted): Promise<number> {
  try {
    return await countWith(await openCapture(path), wanted);
  } catch (error) {
    // Nothing was written to it yet.
    if (error instanceof CaptureError && error.code === 'ERR_CAPTURE_EMPTY') return 0;
    throw error;
  }
}

async function countWith(capture: CaptureSource, { bytes, text }: Wanted): Promise<number> {
  let packets = 0;
  const frame = newFrame();
  try {
    for await (const reader of capture.chunks()) {
      while (reader.next(frame)) {
        const { data, start, end } = frame;
        const seen = Buffer.from(data.buffer, data.byteOffset + start, end - start);
        if (seen.includes(bytes) || seen.includes(text)) packets++;
      }
    }
  } finally {
    await capture.close();
  }
  return packets;
}

/** Without separators of thousands: programs read it, too. */
function numbered(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
