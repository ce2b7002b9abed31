// Link-layer header types (https://www.tcpdump.org/linktypes.html) that affect how a file is read.

/** libpcap's MAXIMUM_SNAPLEN: a longer captured length means a damaged record. */
const CAPTURED_MAX_BYTES = 262144;
/** Limit for D-Bus, whose messages may have 128 MiB, and USB. */
const CAPTURED_MAX_BYTES_LARGE = 128 << 20;
/** Limit up to which a larger snapshot length in the file header is trusted. */
const ANNOUNCED_MAX_BYTES = 16 << 20;

/** DLT_* values of some systems, written to files before LINKTYPE_* values were assigned. */
const olderLinkTypes: Record<number, number> = {
  11: 100, // DLT_ATM_RFC1483
  12: 101, // DLT_RAW
  13: 109, // DLT_ENC of OpenBSD
  14: 101, // DLT_RAW of OpenBSD and BSD/OS
  16: 106, // DLT_CIP of Linux ATM
  18: 106,
  19: 106,
  112: 104, // Cisco HDLC of NetBSD
};

/**
 * Length in bytes of the pseudo-header that precedes each packet of a link type; Wireshark excludes it from the packet.
 */
const pseudoHeaderBytes: Record<number, number> = {
  123: 4, // SunATM
  139: 4, // MTP2 with pseudo-header
  144: 16, // IrDA
  177: 16, // Linux LAPD
  196: 5, // SITA
  201: 4, // Bluetooth H4 with direction
  204: 1, // PPP with direction
  209: 5, // Linux I2C
  245: 2, // NFC LLCP
  254: 4, // Bluetooth Linux monitor
};

/** Maximum of `frame.len`, as in Wireshark. */
const WIRE_LENGTH_MAX = 0x7fffffff;

const largeLinkTypes = new Set([189, 220, 231, 249, 279]);

/** The LINKTYPE_* value for the link type in a file. */
export function canonicalLinkType(value: number): number {
  return olderLinkTypes[value] ?? value;
}

export function pseudoHeaderLength(linkType: number): number {
  return pseudoHeaderBytes[linkType] ?? 0;
}

/**
 * Maximum captured length of a packet in bytes; a record with a larger one is damaged.
 *
 * @param snapLength the snapshot length in the file header; 0 if none
 */
export function capturedLengthMax(linkType: number, snapLength: number): number {
  if (largeLinkTypes.has(linkType)) return CAPTURED_MAX_BYTES_LARGE;
  return snapLength <= ANNOUNCED_MAX_BYTES ? Math.max(CAPTURED_MAX_BYTES, snapLength) : CAPTURED_MAX_BYTES;
}

/** Wire length of a packet, from the length in its record, which includes the pseudo-header. */
export function wireLengthOf(wire: number, prefix: number): number {
  return wire > prefix ? Math.min(wire - prefix, WIRE_LENGTH_MAX) : 0;
}
