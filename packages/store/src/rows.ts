// The input of a store: batches of a capture's packets, flows, names and findings.
import type { Flow, FlowColumns, PacketBatch, Severity } from '@eyrie/dissect';

/** The columns of a PacketBatch, filled here or received; rows 0 to `length`. */
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
   * Info column, as indices into `texts` (NONE: none). Rarely given: it costs more than everything else, and can be made
   * from the columns or from the packet's bytes on request.
   */
  readonly summary?: Int32Array;
}

/** Describes a capture. */
export interface CaptureOrigin {
  /** Unique: `sha256:<hex>` for a file, else `live:<interface>:<start>:<random>`. */
  readonly key: string;
  readonly kind: 'file' | 'live';
  /** Path of the capture file, or name of the interface. */
  readonly name: string;
  /** Path of the file from which the packets' bytes can be read again; null if none is kept. */
  readonly file: string | null;
  /** SHA-256 of the file in hexadecimal; null for live captures and standard input. */
  readonly hash: string | null;
  /** The latest reading; null or undefined unless a peer of a mesh runs beside the capture. */
  readonly clock?: ClockReading | null;
}

/** How the clock that timestamps packets relates to mesh time. */
export interface ClockReading {
  readonly mesh: string;
  /** Time of the reading by the clock itself, in seconds since 1970. */
  readonly time: number;
  /** Seconds by which it is ahead of mesh time, ± the uncertainty. */
  readonly aheadSeconds: number;
  readonly uncertaintySeconds: number;
}

/** A report on a conversation; later reports on the same one add to it. */
export type FlowRow = Omit<Flow, 'communityId'> & { readonly communityId: string };

export type NameSource = 'dns' | 'tls' | 'http' | 'dhcp' | 'file';

/** An observed name of an address. */
export interface NameRow {
  readonly address: string;
  readonly name: string;
  readonly source: NameSource;
  /** Of the first occurrence in seconds since 1970. */
  readonly time: number;
  /** Of the last one; default that of the first. */
  readonly last?: number;
  /** Batches in which it occurred; default 1. */
  readonly count?: number;
}

/** Details of a rule's finding, replaced by those of the latest batch. */
export interface FindingDetail {
  /** `port-scan` */
  readonly rule: string;
  /** On the rules' scale, which is finer than the row's. */
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  /** Confidence, 0 to 1. */
  readonly confidence: number;
  readonly target: string;
  /** One line for people, with the numbers. */
  readonly summary: string;
  /** A technique of MITRE ATT&CK for Enterprise. */
  readonly technique: { readonly id: string; readonly name: string } | null;
  /** Recommended action. */
  readonly advice: string;
  /** A selection of packets and conversations to look at. */
  readonly frames: number[];
  readonly streams: number[];
}

/** A finding. Equal ones (except for count, frame and time) are merged by adding their counts. */
export interface FindingRow {
  /** Origin: the dissector's expert information, an intrusion rule, an anomaly detector. */
  readonly finder: 'expert' | 'rule' | 'anomaly';
  readonly severity: Severity;
  /** Expert group (`Sequence`, `Malformed`), or the rule's class. */
  readonly group: string;
  /** Short name of the protocol concerned. */
  readonly protocol: string;
  readonly message: string;
  /** The address it concerns, if it is one. */
  readonly address: string | null;
  readonly count: number;
  /** frame.number of the first packet that showed it; null if no single packet did. */
  readonly frame: number | null;
  /** Time of the first occurrence in seconds since 1970. */
  readonly time: number;
  /** Time of the last one; default that of the first. */
  readonly last?: number;
  /** For rules only. */
  readonly detail?: FindingDetail | null;
}

/** Packets lost since the previous row of this kind. */
export interface DropRow {
  /** Where they were dropped: kernel buffer, interface, our own queue, or a store that refused them. */
  readonly where: 'kernel' | 'interface' | 'queue' | 'refused';
  readonly packets: number;
  /** Seconds since 1970. */
  readonly time: number;
}

/** A batch of a capture. Storing is idempotent by source and sequence. */
export interface StoreBatch {
  /** The capture's key. */
  readonly source: string;
  /** 0, 1, 2 … */
  readonly sequence: number;
  /** Required with the first batch, unless the capture was begun explicitly; else the key's prefix tells the kind. */
  readonly origin?: CaptureOrigin;
  /** At most BATCH_PACKETS_MAX. */
  readonly packets: PacketColumns | null;
  readonly flows: readonly FlowRow[];
  /** More of them as columns, which cost a fraction. */
  readonly flowColumns?: FlowColumns;
  readonly names: readonly NameRow[];
  readonly findings: readonly FindingRow[];
  readonly drops: readonly DropRow[];
  /**
   * Number of the last packet whose conversations, names and findings this batch or an earlier one has, if the sender holds
   * those of later packets back; null: it holds none back; default: as before.
   */
  readonly reported?: number | null;
}

export const BATCH_PACKETS_MAX = 131_072;

export interface Written {
  /** False if the batch had been stored before. */
  readonly applied: boolean;
  /** The capture's id. */
  readonly capture: number;
  /** Packets stored, and the id of the first; their ids are consecutive. */
  readonly packets: number;
  readonly firstId: number | null;
}
