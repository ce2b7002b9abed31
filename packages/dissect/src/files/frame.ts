/**
 * One captured packet, borrowed from the reader: `data[start, end)` is valid until the next call of
 * `next()` or `feed()`. The reader fills the same object again and again, so that a walk over a file
 * allocates nothing per packet.
 *
 * A pseudo-header that the file puts before a packet (SunATM, MTP2, PPP with direction …) is not part
 * of it, as in Wireshark: it lies in `data` just before `start` and is counted in neither length.
 */
export interface Frame {
  /** 1-based position in the file, `frame.number`. */
  number: number;
  /** The buffer that the captured bytes live in. */
  data: Uint8Array;
  /** Offset of the captured bytes in `data`. */
  start: number;
  /** End of the captured bytes, which are `data[start, end)`; `end - start` is `frame.cap_len`. */
  end: number;
  /** Bytes on the wire, `frame.len`; more than were captured when a snap length cut the packet. */
  wireLength: number;
  /** Whole seconds since 1970-01-01 UTC; may be negative or exceed 2^32. */
  seconds: number;
  /** Nanoseconds within that second, 0 to 999,999,999. */
  nanoseconds: number;
  /** False where the file gives no time (a Simple Packet Block); both times are 0 then. */
  hasTime: boolean;
  /** Whether the file has a comment on it, as pcapng may. */
  hasComment: boolean;
  /**
   * LINKTYPE_* value (https://www.tcpdump.org/linktypes.html). Negative for a pcapng block that is
   * counted as a frame but is no packet: minus its block type, see `blocks.ts`.
   */
  linkType: number;
  /**
   * `frame.interface_id`, counted across all sections of a file: an index into the reader's
   * `interfaces`. -1 where the format names no interface (pcap, snoop).
   */
  interfaceId: number;
  /** Private Enterprise Number of a pcapng custom block; undefined for any other frame. */
  enterprise: number;
  /** Offset of `data[start]` in the (uncompressed) file. */
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
    hasTime: true,
    hasComment: false,
    linkType: 0,
    interfaceId: -1,
    enterprise: 0,
    fileOffset: 0,
  };
}
