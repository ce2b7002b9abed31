// Metadata of a capture file besides its packets. Every list is bounded, because the file may be hostile: entries
// beyond a bound are dropped and counted in `omitted`.

const LIST_LENGTH_MAX = 65536;
const TEXT_BYTES_MAX = 64 << 20;

export interface CaptureSection {
  /** Offset of the section in the file, in bytes. */
  offset: number;
  littleEndian: boolean;
  /** Version of the format, as `2.4`. */
  version: string;
  hardware: string | null;
  os: string | null;
  /** The program that wrote the section. */
  application: string | null;
  comments: string[];
}

export interface CaptureInterface {
  /** Position among the interfaces of all sections: `frame.interface_id`. */
  id: number;
  /** Index into `sections`. */
  section: number;
  linkType: number;
  /** Longest captured packet in bytes; 0 means no limit, or not known. */
  snapLength: number;
  /** Time stamp units per second: 1,000,000 for microseconds. */
  ticksPerSecond: number;
  /** Seconds that were added to every time stamp of the file (`if_tsoffset`). */
  timeOffset: number;
  /** Bytes of frame check sequence at the end of each packet; -1 if not known. */
  fcsLength: number;
  name: string | null;
  description: string | null;
  /** The capture filter as text; null too if it was compiled code. */
  filter: string | null;
  os: string | null;
  hardware: string | null;
  timeZone: string | null;
  /** Bits per second; null if unknown. `speed` applies to both directions. */
  speed: number | null;
  receiveSpeed: number | null;
  transmitSpeed: number | null;
  /** 4 bytes of address and 4 of mask each. */
  ipv4: Uint8Array[];
  /** 16 bytes of address and 1 of prefix length each. */
  ipv6: Uint8Array[];
  /** 6 bytes (MAC) or 8 (EUI-64). */
  hardwareAddress: Uint8Array | null;
  comments: string[];
  /** The last report of how many packets were received and lost. */
  statistics: InterfaceStatistics | null;
}

/** Counts are null where the file does not give them. Times are in seconds since the epoch. */
export interface InterfaceStatistics {
  startTime: number | null;
  endTime: number | null;
  received: number | null;
  /** Packets the interface dropped for lack of resources. */
  dropped: number | null;
  accepted: number | null;
  /** Packets the operating system dropped. */
  droppedBySystem: number | null;
  delivered: number | null;
}

export interface NameRecord {
  /** 4 or 16 bytes. */
  address: Uint8Array;
  names: string[];
}

export interface DecryptionSecrets {
  /** A SECRETS_* value. */
  kind: number;
  data: Uint8Array;
}

export interface PacketComment {
  frameNumber: number;
  text: string;
}

export function newInterface(id: number, section: number, linkType: number): CaptureInterface {
  return {
    id,
    section,
    linkType,
    snapLength: 0,
    ticksPerSecond: 1e6,
    timeOffset: 0,
    fcsLength: -1,
    name: null,
    description: null,
    filter: null,
    os: null,
    hardware: null,
    timeZone: null,
    speed: null,
    receiveSpeed: null,
    transmitSpeed: null,
    ipv4: [],
    ipv6: [],
    hardwareAddress: null,
    comments: [],
    statistics: null,
  };
}

export class CaptureInfo {
  readonly sections: CaptureSection[] = [];
  readonly interfaces: CaptureInterface[] = [];
  readonly names: NameRecord[] = [];
  readonly secrets: DecryptionSecrets[] = [];
  readonly comments: PacketComment[] = [];
  /** Entries left out because a list was full. */
  omitted = 0;
  #bytes = 0;

  /** Appends to one of the lists above, unless it is full. `bytes` is about what the entry keeps in memory. */
  add<T>(list: T[], entry: T, bytes: number): boolean {
    if (list.length >= LIST_LENGTH_MAX || this.#bytes + bytes > TEXT_BYTES_MAX) {
      this.omitted += 1;
      return false;
    }
    this.#bytes += bytes;
    list.push(entry);
    return true;
  }
}
