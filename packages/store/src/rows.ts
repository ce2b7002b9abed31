// What a store takes in: batches of what the parser made of a capture's packets.
import type { Flow, PacketBatch, Severity } from '@eyrie/dissect';

/** The columns of a PacketBatch, from a Dissector or as they came over the wire. Rows from 0 to `length`. */
export interface PacketColumns
  extends Readonly<
    Pick<
      PacketBatch,
      | 'length'
      | 'number'
      | 'seconds'
      | 'nanoseconds'
      | 'wireLength'
      | 'capturedLength'
      | 'fileOffset'
      | 'interfaceId'
      | 'addressKind'
      | 'source'
      | 'destination'
      | 'transport'
      | 'sourcePort'
      | 'destinationPort'
      | 'stream'
      | 'tcpFlags'
      | 'tcpAnalysis'
      | 'tcpLength'
      | 'marks'
      | 'protocol'
      | 'path'
      | 'layers'
      | 'outer'
      | 'texts'
    >
  > {
  /**
   * Info column, as indices into `texts` (NONE: none). Rarely given: it costs more than all else together, and a summary
   * can be made from the columns, or from the packet's bytes when somebody looks.
   */
  readonly summary?: Int32Array;
}

/** Where a capture's packets come from. */
export interface CaptureOrigin {
  /** `sha256:<hex>` of a file, `live:<interface>:<start>:<random>` else; unlike any other's. */
  readonly key: string;
  readonly kind: 'file' | 'live';
  /** Path of the capture file, or the interface's name. */
  readonly name: string;
  /** Path of the file that the packets' bytes can be read from again; null where none is kept. */
  readonly file: string | null;
  /** SHA-256 of the file in hexadecimal; null for live captures and standard input. */
  readonly hash: string | null;
  /** The newest; null or undefined where no peer of a mesh runs beside the capture. */
  readonly clock?: ClockReading | null;
}

/** How the clock that dates packets stands to the time that all peers of a mesh share. */
export interface ClockReading {
  readonly mesh: string;
  /** When it was read, by the clock itself: seconds since 1970. */
  readonly time: number;
  /** By which it is ahead of mesh time, ± the other. */
  readonly aheadSeconds: number;
  readonly uncertaintySeconds: number;
}

/** Conversations as the parser reports them; what is reported of one again is added to what was. */
export type FlowRow = Omit<Flow, 'communityId'> & { readonly communityId: string };

export type NameSource = 'dns' | 'tls' | 'http' | 'dhcp' | 'file';

/** An address was called by a name. */
export interface NameRow {
  readonly address: string;
  readonly name: string;
  readonly source: NameSource;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Something a reader should look at. Of equal ones (all but count, frame and time) the counts are added up. */
/** What a rule knows of its finding beyond the row; kept as the newest batch tells it. */
export interface FindingDetail {
  /** `port-scan` */
  readonly rule: string;
  /** The rule's own scale, finer than the row's. */
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  /** 0 to 1: how sure it is that this is what it says. */
  readonly confidence: number;
  readonly target: string;
  /** One line for people, with the numbers. */
  readonly summary: string;
  /** Of MITRE ATT&CK for enterprise. */
  readonly technique: { readonly id: string; readonly name: string } | null;
  /** What to do. */
  readonly advice: string;
  /** Packets and conversations to look at: a choice, not all. */
  readonly frames: number[];
  readonly streams: number[];
}

export interface FindingRow {
  /** Who found it: the dissector's expert, an intrusion rule, an anomaly detector. */
  readonly finder: 'expert' | 'rule' | 'anomaly';
  readonly severity: Severity;
  /** As the expert groups it (`Sequence`, `Malformed`), or a rule's class. */
  readonly group: string;
  /** Short name of the protocol concerned. */
  readonly protocol: string;
  readonly message: string;
  /** Whom it concerns, if one. */
  readonly address: string | null;
  readonly count: number;
  /** frame.number of the first packet that showed it; null where none did by itself. */
  readonly frame: number | null;
  /** Seconds since 1970, of the first. */
  readonly time: number;
  /** Of the last; that of the first where it is not said. */
  readonly last?: number;
  /** Only of rules. */
  readonly detail?: FindingDetail | null;
}

/** Packets that were lost on the way here, since the last such row. */
export interface DropRow {
  /** Who dropped: the kernel's buffer, the interface, our own queue by its policy, or a store that refused them. */
  readonly where: 'kernel' | 'interface' | 'queue' | 'refused';
  readonly packets: number;
  /** Seconds since 1970. */
  readonly time: number;
}

/** One step of a capture. A batch with the same source and sequence as one that was stored changes nothing. */
export interface StoreBatch {
  /** The capture's key. */
  readonly source: string;
  /** 0, 1, 2 … */
  readonly sequence: number;
  /** With the first batch at least, unless the capture was begun; else the key's first word says what it is. */
  readonly origin?: CaptureOrigin;
  /** At most BATCH_PACKETS_MAX. */
  readonly packets: PacketColumns | null;
  readonly flows: readonly FlowRow[];
  readonly names: readonly NameRow[];
  readonly findings: readonly FindingRow[];
  readonly drops: readonly DropRow[];
}

export const BATCH_PACKETS_MAX = 131_072;

export interface Written {
  /** False: the batch had been stored before. */
  readonly applied: boolean;
  /** The capture's id. */
  readonly capture: number;
  /** Packets stored now, and the id of the first; the others follow it without gaps. */
  readonly packets: number;
  readonly firstId: number | null;
}
