// The packet being dissected: its bytes, the cursor, and the stack of layers found so far. One object serves a whole
// capture; nothing is allocated per packet.
import type { Frame } from '../files/frame.ts';
import { malformed, short } from './malformed.ts';
import { type Protocol, REJECTED } from './protocol.ts';
import type { Session } from './session.ts';

/** Layers kept per packet; further ones are dropped. (A certificate request pushes some for each authority it names.) */
export const LAYERS_MAX = 1024;
/** Buffers of one packet: the frame, and what was reassembled, decompressed or decrypted. */
const BUFFERS_MAX = 255;
/** Nesting of tunnels and the like; hostile packets nest without end. */
export const DEPTH_MAX = 48;

/** The layer is listed in frame.protocols. */
export const LISTED = 1;
/** The layer has a tree of its own and counts in the protocol hierarchy. */
export const SHOWN = 2;
/** The layer may set the Protocol and Info columns; not so inside an ICMP error. */
export const COLUMN = 4;
/** The layer's tree is a subtree of the last SHOWN layer's; it doesn't count in the protocol hierarchy. */
export const NESTED = 8;
/** In the protocol hierarchy the layer comes after the layers that follow it, up to the one in its `mark`. */
export const LATE = 16;

/** How many layers `Packet.head` stands for. */
export const HEAD_LAYERS = 4;

/** Kinds of network address in the columns. */
const NO_ADDRESS = 0;
export const ETHER = 1;
export const IPV4 = 2;
export const IPV6 = 3;
/** Any other kind of address, given as text. */
export const OTHER = 4;

const NOTHING = new Uint8Array(0);
/** Initial value of fields that hold 32-bit numbers: V8 then never changes the field's representation and recompiles. */
const WIDE = 2 ** 32;

export class Packet {
  readonly session: Session;

  // The frame.
  number = 0;
  seconds = 0;
  nanoseconds = 0;
  /** False when the capture gives the packet no time (a Simple Packet Block). */
  hasTime = true;
  /** Whether the capture file has a comment on the packet. */
  hasComment = false;
  /** In bytes: `frame.len` and `frame.cap_len`. */
  wireLength = 0;
  capturedLength = 0;
  linkType = 0;
  interfaceId = 0;
  enterprise = 0;
  fileOffset = 0;

  // The cursor.
  buf: Uint8Array = NOTHING;
  /** Index of buf in buffers: 0 is the frame, others are reassembled, decompressed or decrypted. */
  from = 0;
  at = 0;
  /** End of the captured bytes of the current payload. */
  end = 0;
  /** End of the current payload on the wire, according to the headers; beyond `end` when the capture truncated the packet. */
  wireEnd = 0;

  // The layers.
  count = 0;
  readonly proto = new Uint16Array(LAYERS_MAX);
  readonly start = new Int32Array(LAYERS_MAX);
  /** End of the layer, payload included, within the captured bytes; `narrow` moves it. */
  readonly stop = new Int32Array(LAYERS_MAX);
  /** Where the layer's header ends and its payload begins. */
  readonly payload = new Int32Array(LAYERS_MAX);
  readonly layerFrom = new Uint8Array(LAYERS_MAX);
  readonly flags = new Uint8Array(LAYERS_MAX);
  /** A number and an object that a step may leave for its own `emit` and `info`. */
  readonly mark = new Int32Array(LAYERS_MAX);
  readonly notes: unknown[] = [];
  readonly protocols: Protocol[] = [];
  /** The frame's buffer and those derived from it; only the first `bufferCount` belong to this packet. */
  readonly buffers: Uint8Array[] = [];
  /** What each holds: `Reassembled TCP`. */
  readonly bufferTitles: string[] = ['Frame'];
  bufferCount = 0;
  /** A number for the HEAD_LAYERS layers the packet begins with, set by the bulk path; 0: any other. */
  head = 0;
  depth = 0;
  /** Mask for the flags of layers pushed now; ICMP errors clear SHOWN and COLUMN while the quoted packet is dissected. */
  visibility: number = LISTED | SHOWN | COLUMN | NESTED | LATE;

  /** True inside a packet quoted by an ICMP error: not a packet of its own, and usually truncated. */
  isQuoted = false;

  // What lower layers pass up.
  /** Innermost network addresses, for flows and pseudo-header checksums: kind, and offsets in `netBuf`. */
  netKind: number = NO_ADDRESS;
  netBuf: Uint8Array = NOTHING;
  netSrc = 0;
  netDst = 0;
  /** Innermost transport: IP protocol number and ports; 0 if none. */
  transport = 0;
  srcPort = 0;
  dstPort = 0;
  /** Entry in session.flows, or -1, and direction (0: from the lower endpoint, see FlowTable). */
  flow = -1;
  direction = 0;
  /** The innermost TCP layer, or -1, with its tcp.analysis flags and relative sequence numbers; see flows/tcp-analysis.ts. */
  tcpLayer = -1;
  analysis = 0;
  relativeSeq: number = WIDE;
  relativeAck: number = WIDE;
  /** Receive window in bytes, scaled. */
  window = 0;
  /** Payload bytes on the wire. */
  segmentLength = 0;
  /** The segment carries part of a message that a later one completes. */
  isPartOfMessage = false;
  /** Payload bytes that continue or complete a message begun in earlier segments. */
  joinedBytes = 0;
  /** Offset of a message that begins here and continues in later segments; -1: none. */
  begunAt = -1;
  /** What the protocol of such a message says in the Info column of the segment that consists of it; null: nothing. */
  waitingInfo: string | null = null;

  /** Only layers below this index may set the Protocol column. */
  protocolLayers: number = LAYERS_MAX;

  // The address columns; not always the network addresses (ARP, plain Ethernet).
  columnKind: number = NO_ADDRESS;
  columnBuf: Uint8Array = NOTHING;
  columnSrc = 0;
  columnDst = 0;
  columnSrcText = '';
  columnDstText = '';
  /** Name of a tunnel that the Protocol column wraps around the inner protocol, as in `GTP <DNS>`; '' for none. */
  columnWrap = '';

  // Stream reassembly: what TCP and the protocol above it agree on.
  /** True while the protocol above may ask for more bytes. */
  mayAskMore = false;
  /** Bytes the protocol needs from `wantedAt` on; MORE_SEGMENT or MORE_UNTIL_END where it can't tell; 0: enough. */
  wanted = 0;
  wantedAt = 0;

  constructor(session: Session) {
    this.session = session;
    for (let i = 0; i < LAYERS_MAX; i++) this.notes.push(null);
  }

  reset(frame: Frame): void {
    this.number = frame.number;
    this.seconds = frame.seconds;
    this.nanoseconds = frame.nanoseconds;
    this.hasTime = frame.hasTime;
    this.hasComment = frame.hasComment;
    this.wireLength = frame.wireLength;
    this.capturedLength = frame.end - frame.start;
    this.linkType = frame.linkType;
    this.interfaceId = frame.interfaceId;
    this.enterprise = frame.enterprise;
    this.fileOffset = frame.fileOffset;
    // Many frames share a chunk, and the GC write barrier of a reference costs as much as all the numbers here.
    if (this.buf !== frame.data) this.buf = frame.data;
    if (this.buffers[0] !== frame.data) this.buffers[0] = frame.data;
    this.from = 0;
    this.bufferCount = 1;
    this.at = frame.start;
    this.end = frame.end;
    this.wireEnd = frame.start + frame.wireLength;
    this.count = 0;
    this.head = 0;
    this.depth = 0;
    this.isQuoted = false;
    this.visibility = LISTED | SHOWN | COLUMN | NESTED | LATE;
    this.netKind = NO_ADDRESS;
    this.transport = 0;
    this.srcPort = 0;
    this.dstPort = 0;
    this.flow = -1;
    this.direction = 0;
    this.tcpLayer = -1;
    this.analysis = 0;
    this.isPartOfMessage = false;
    this.joinedBytes = 0;
    this.begunAt = -1;
    this.waitingInfo = null;
    this.protocolLayers = LAYERS_MAX;
    this.columnKind = NO_ADDRESS;
    if (this.columnWrap !== '') this.columnWrap = '';
    this.mayAskMore = false;
    this.wanted = 0;
  }

  /** The current layer: the one whose step is running. */
  get layer(): number {
    return this.count - 1;
  }

  /** Bytes captured from the cursor on. */
  get left(): number {
    return this.end - this.at;
  }

  /** Bytes on the wire from the cursor on. */
  get wireLeft(): number {
    return this.wireEnd - this.at;
  }

  push(made: Protocol, flags: number): boolean {
    const i = this.count;
    if (i === LAYERS_MAX) return false;
    // After a header that claims more bytes than there are, nothing is left.
    if (this.at > this.end) this.at = this.end;
    this.proto[i] = made.id;
    if (this.protocols[i] !== made) this.protocols[i] = made;
    this.start[i] = this.at;
    this.stop[i] = this.end;
    this.payload[i] = this.end;
    this.layerFrom[i] = this.from;
    // NESTED is SHOWN shifted by two: where SHOWN is masked, the layer still keeps its tree, nested.
    this.flags[i] = (flags | ((flags & SHOWN) << 2)) & this.visibility;
    this.mark[i] = 0;
    if (this.notes[i] !== null) this.notes[i] = null;
    this.count = i + 1;
    return true;
  }

  /** Sets layer `i`, within the frame's own bytes; for the bulk path, which pushes several layers at once and sets `count`. */
  setLayer(i: number, made: Protocol, flags: number, start: number, stop: number, payload: number): void {
    this.proto[i] = made.id;
    if (this.protocols[i] !== made) this.protocols[i] = made;
    this.start[i] = start;
    this.stop[i] = stop;
    this.payload[i] = payload;
    this.layerFrom[i] = 0;
    this.flags[i] = flags;
    this.mark[i] = 0;
    if (this.notes[i] !== null) this.notes[i] = null;
  }

  /** Dissects from the cursor on: `first`, then whatever protocol each step returns, until one returns null. */
  run(first: Protocol | null, flags: number = LISTED | SHOWN | COLUMN): void {
    let next = first;
    while (next !== null && this.push(next, flags)) {
      const layer = this.count - 1;
      next = next.step(this);
      if (next === REJECTED) {
        this.count = layer;
        return;
      }
      flags = LISTED | SHOWN | COLUMN;
      // A step that dissected its payload itself returned null, and has set `payload`.
      if (next !== null) this.payload[layer] = this.at;
    }
  }

  /** Ends the current payload where a length field says: `wireLength` bytes from the layer's start. */
  narrow(layer: number, wireLength: number): void {
    const wireEnd = this.start[layer]! + wireLength;
    if (wireEnd < this.wireEnd) {
      this.wireEnd = wireEnd;
      if (wireEnd < this.end) {
        this.end = wireEnd;
        this.stop[layer] = wireEnd;
      }
    }
  }

  /** Dissects [at, end) of the current buffer as `made`, then restores the cursor. */
  call(made: Protocol, at: number, end: number, wireEnd: number = end): void {
    if (this.depth === DEPTH_MAX) return;
    const oldAt = this.at;
    const oldEnd = this.end;
    const oldWireEnd = this.wireEnd;
    this.depth++;
    this.at = at;
    this.end = end;
    this.wireEnd = wireEnd;
    this.run(made);
    this.depth--;
    this.at = oldAt;
    this.end = oldEnd;
    this.wireEnd = oldWireEnd;
  }

  /** As `call`, in another buffer (reassembled, decrypted), which must stay unchanged until the next packet. */
  callIn(
    title: string,
    made: Protocol,
    buf: Uint8Array,
    at: number,
    end: number,
    wireEnd: number = end,
  ): void {
    this.within(title, buf, at, end, wireEnd, (p) => p.run(made));
  }

  /** As `call`, from the cursor on; false, and nothing changed, if the protocol rejected the bytes. */
  offer(made: Protocol, flags: number = LISTED | SHOWN | COLUMN): boolean {
    if (this.depth === DEPTH_MAX || this.count === LAYERS_MAX) return true;
    const before = this.count;
    const at = this.at;
    const end = this.end;
    const wireEnd = this.wireEnd;
    this.depth++;
    this.run(made, flags);
    this.depth--;
    this.at = at;
    this.end = end;
    this.wireEnd = wireEnd;
    return this.count > before;
  }

  /** Runs `work` with the cursor in another buffer, then restores it. `title`: what the buffer holds, in Wireshark's words. */
  within(
    title: string,
    buf: Uint8Array,
    at: number,
    end: number,
    wireEnd: number,
    work: (p: Packet) => void,
  ): void {
    if (this.bufferCount === BUFFERS_MAX || this.depth === DEPTH_MAX) return;
    const { buf: oldBuf, from, at: oldAt, end: oldEnd, wireEnd: oldWireEnd } = this;
    this.buf = buf;
    this.from = this.bufferCount++;
    this.buffers[this.from] = buf;
    this.bufferTitles[this.from] = title;
    this.at = at;
    this.end = end;
    this.wireEnd = wireEnd;
    this.depth++;
    work(this);
    this.depth--;
    this.buf = oldBuf;
    this.from = from;
    this.at = oldAt;
    this.end = oldEnd;
    this.wireEnd = oldWireEnd;
  }

  /** The buffer that a layer lies in. */
  bufferOf(layer: number): Uint8Array {
    return this.buffers[this.layerFrom[layer]!]!;
  }

  /** The innermost layer of a protocol, or -1. */
  find(made: Protocol): number {
    const id = made.id;
    for (let i = this.count - 1; i >= 0; i--) if (this.proto[i] === id) return i;
    return -1;
  }

  /**
   * What a step returns when the bytes end within its header. The layer is kept, and one that follows it says whether
   * the capture truncated the packet (`_ws.short`) or its own lengths are wrong (`_ws.malformed`).
   */
  cut(needed: number): null {
    // A packet quoted in an ICMP error is truncated by design: not malformed (RFC 792, RFC 1812 §4.3.2.3).
    if (this.at + needed <= this.wireEnd) {
      this.visibility |= this.isQuoted ? SHOWN | COLUMN : SHOWN;
      this.push(short, SHOWN | COLUMN);
    } else if (!this.isQuoted) this.push(malformed, SHOWN | COLUMN);
    this.at = this.end;
    return null;
  }

  /**
   * As `cut`, where too little is left to show any of the header: the layer gets no tree, and of its flags keeps only
   * LISTED and `kept` (COLUMN, where the protocol is known before its header is read).
   */
  cutUnseen(needed: number, kept = 0): null {
    this.flags[this.count - 1]! &= LISTED | kept;
    return this.cut(needed);
  }

  /** What a step returns when the bytes violate the protocol. */
  malformed(): null {
    this.push(malformed, SHOWN | COLUMN);
    this.at = this.end;
    return null;
  }

  /**
   * Asks for reassembly: the protocol needs `bytes` from the cursor on, or MORE_SEGMENT / MORE_UNTIL_END. False if that
   * is impossible (a datagram, reassembly off): then dissect what there is.
   */
  askMore(bytes: number): boolean {
    if (!this.mayAskMore) return false;
    this.wanted = bytes;
    this.wantedAt = this.at;
    return true;
  }

  /** Sets the addresses of the address columns. */
  showAddresses(kind: number, src: number, dst: number): void {
    if (this.isQuoted) return;
    this.columnKind = kind;
    this.columnBuf = this.buf;
    this.columnSrc = src;
    this.columnDst = dst;
  }
}

/** At least one more segment; the length is not known yet. */
export const MORE_SEGMENT = -1;
/** Everything until the sender closes the connection. */
export const MORE_UNTIL_END = -2;
