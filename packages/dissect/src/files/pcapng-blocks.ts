// Reads pcapng blocks that describe the capture, draft-ietf-opsawg-pcapng §4. Each function takes a complete block,
// whose body (without type and lengths) is `data[at, end)`.

import {
  type CaptureInfo,
  type CaptureInterface,
  type CaptureSection,
  type InterfaceStatistics,
  newInterface,
} from './capture-info.ts';
import { canonicalLinkType } from './link-types.ts';
import { OPTION_COMMENT, OptionCursor } from './pcapng-options.ts';
import { splitTicks, ticksPerSecond } from './timestamps.ts';

export interface Block {
  data: Uint8Array;
  view: DataView;
  at: number;
  end: number;
  little: boolean;
}

const utf8 = new TextDecoder();

/** Approximate memory of a list entry in bytes, without its text. */
const ENTRY_BYTES = 200;

function optionsFrom(block: Block, at: number): OptionCursor {
  return new OptionCursor(block.data, block.view, at, block.end, block.little);
}

/** §4.1 Section Header Block. */
export function readSection(block: Block, offset: number): CaptureSection {
  const { view, at, little } = block;
  const section: CaptureSection = {
    offset,
    littleEndian: little,
    version: `${view.getUint16(at + 4, little)}.${view.getUint16(at + 6, little)}`,
    hardware: null,
    os: null,
    application: null,
    comments: [],
  };
  const option = optionsFrom(block, at + 16);
  while (option.next()) {
    if (option.code === OPTION_COMMENT) section.comments.push(option.text());
    else if (option.code === 2) section.hardware = option.text();
    else if (option.code === 3) section.os = option.text();
    else if (option.code === 4) section.application = option.text();
  }
  return section;
}

/** §4.2 Interface Description Block. Also returns the raw `if_tsresol`, which may exceed the precision of a number. */
export function readInterface(
  block: Block,
  id: number,
  section: number,
): { description: CaptureInterface; resolution: number } {
  const { view, at, little } = block;
  const description = newInterface(id, section, canonicalLinkType(view.getUint16(at, little)));
  description.snapLength = view.getUint32(at + 4, little);
  let resolution = 6;
  const option = optionsFrom(block, at + 8);
  while (option.next()) {
    if (option.code === 9) resolution = option.byte() ?? 6;
    else readInterfaceOption(description, option);
  }
  description.ticksPerSecond = ticksPerSecond(resolution);
  return { description, resolution };
}

function readInterfaceOption(into: CaptureInterface, option: OptionCursor): void {
  switch (option.code) {
    case OPTION_COMMENT:
      into.comments.push(option.text());
      break;
    case 2:
      into.name = option.text();
      break;
    case 3:
      into.description = option.text();
      break;
    case 4:
      pushIfWhole(into.ipv4, option.bytes(8));
      break;
    case 5:
      pushIfWhole(into.ipv6, option.bytes(17));
      break;
    case 6:
      into.hardwareAddress ??= option.bytes(6);
      break;
    case 7:
      into.hardwareAddress ??= option.bytes(8);
      break;
    case 8:
      into.speed = option.unsigned64();
      break;
    case 11:
      // The first byte is the filter's kind: 0 for a filter string, 1 for compiled code.
      if (option.byte() === 0) into.filter = option.text(option.start + 1);
      break;
    case 12:
      into.os = option.text();
      break;
    case 13:
      into.fcsLength = option.byte() ?? -1;
      break;
    case 14:
      into.timeOffset = option.signed64() ?? 0;
      break;
    case 15:
      into.hardware = option.text();
      break;
    case 16:
      into.transmitSpeed = option.unsigned64();
      break;
    case 17:
      into.receiveSpeed = option.unsigned64();
      break;
    case 18:
      into.timeZone = option.text();
      break;
  }
}

function pushIfWhole(list: Uint8Array[], bytes: Uint8Array | null): void {
  if (bytes !== null) list.push(bytes);
}

/** §4.5 Name Resolution Block. */
export function readNames(block: Block, info: CaptureInfo): void {
  const { data, view, end, little } = block;
  let at = block.at;
  while (at + 4 <= end) {
    const type = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const start = at + 4;
    const recordEnd = start + length;
    if (type === 0 || recordEnd > end) return;
    const addressLength = type === 1 ? 4 : 16;
    if ((type === 1 || type === 2) && length > addressLength) {
      const namesAt = start + addressLength;
      const names = utf8.decode(data.subarray(namesAt, recordEnd)).split('\0');
      const record = { address: data.slice(start, namesAt), names: names.filter((name) => name !== '') };
      if (record.names.length > 0) info.add(info.names, record, ENTRY_BYTES + length);
    }
    at = start + ((length + 3) & ~3);
  }
}

/** §4.6 Interface Statistics Block. */
export function readStatistics(block: Block, interfaceOf: CaptureInterface, resolution: number): void {
  const statistics: InterfaceStatistics = {
    startTime: null,
    endTime: null,
    received: null,
    dropped: null,
    accepted: null,
    droppedBySystem: null,
    delivered: null,
  };
  const option = optionsFrom(block, block.at + 12);
  while (option.next()) {
    if (option.code === 2) statistics.startTime = timeOf(option, interfaceOf, resolution);
    else if (option.code === 3) statistics.endTime = timeOf(option, interfaceOf, resolution);
    else if (option.code === 4) statistics.received = option.unsigned64();
    else if (option.code === 5) statistics.dropped = option.unsigned64();
    else if (option.code === 6) statistics.accepted = option.unsigned64();
    else if (option.code === 7) statistics.droppedBySystem = option.unsigned64();
    else if (option.code === 8) statistics.delivered = option.unsigned64();
  }
  interfaceOf.statistics = statistics;
}

function timeOf(option: OptionCursor, { timeOffset }: CaptureInterface, resolution: number): number | null {
  const words = option.words();
  if (words === null) return null;
  const time = splitTicks(words[0], words[1], resolution);
  return time.seconds + timeOffset + time.nanoseconds / 1e9;
}

/** §4.7 Decryption Secrets Block. */
export function readSecrets(block: Block, info: CaptureInfo): void {
  const { data, view, at, end, little } = block;
  const start = at + 8;
  const length = Math.min(view.getUint32(at + 4, little), end - start);
  const secrets = { kind: view.getUint32(at, little), data: data.slice(start, start + length) };
  info.add(info.secrets, secrets, ENTRY_BYTES + length);
}
