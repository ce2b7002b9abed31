// Capture files: from bytes to frames and back, without any I/O.

export * from './blocks.ts';
export type {
  CaptureInterface,
  CaptureSection,
  DecryptionSecrets,
  InterfaceStatistics,
  NameRecord,
  PacketComment,
} from './capture-info.ts';
export { newInterface } from './capture-info.ts';
export { encapTypeOf } from './encap-types.ts';
export type { Frame } from './frame.ts';
export { newFrame } from './frame.ts';
export { canonicalLinkType, pseudoHeaderLength } from './link-types.ts';
export type { PcapWriterOptions } from './pcap-writer.ts';
export { PcapWriter } from './pcap-writer.ts';
export type { PcapngWriterOptions } from './pcapng-writer.ts';
export { PcapngWriter } from './pcapng-writer.ts';
export type { CaptureProblem, CaptureProblemCode } from './problem.ts';
export type { CaptureFormat, CaptureReaderOptions } from './reader.ts';
export { CaptureReader } from './reader.ts';
