/**
 * One captured packet, borrowed from the reader: `data[start, end)` is valid until the next call of
 * `next()` or `feed()`. The reader fills the same object again and again, so that a walk over a file
 * allocates nothing per packet.
 */
export interface Frame {
  /** 1-based position in the file, `frame.number`. */
  number: number;
  /** The buffer that the captured bytes live in. */
  data: Uint8Array;
  /** Where the captured bytes begin in `data`. */
  start: number;
  /** Where they end: the captured bytes are `data[start, end)`. */
  end: number;
  /** Bytes on the wire, `frame.len`; more than were captured when a snap length cut the packet. */
  wireLength: number;
  /** Whole seconds since 1970-01-01 UTC; may be negative or exceed 2^32. */
  seconds: number;
  /** Nanoseconds within that second, 0 to 999,999,999. */
  nanoseconds: number;
  /** LINKTYPE_* value (https://www.tcpdump.org/linktypes.html). */
  linkType: number;
  /** `frame.interface_id`, counted across all sections of a file. */
  interfaceId: number;
  /** Where the captured bytes begin in the (uncompressed) file. */
  fileOffset: number;
}

const NO_BYTES = new Uint8Array(0);

export function newFrame(): Frame {
  return {
    number: 0,
    data: NO_BYTES,
    start: 0,
    end: 0,
    wireLength: 0,
    seconds: 0,
    nanoseconds: 0,
    linkType: 0,
    interfaceId: 0,
    fileOffset: 0,
  };
}
