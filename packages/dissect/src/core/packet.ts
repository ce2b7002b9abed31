// One packet being walked: its bytes, the cursor, and the stack of layers found so far. One object serves a whole
// capture; nothing here is allocated per packet.
import type { Frame } from '../files/frame.ts';
import { type Protocol, REJECTED } from './protocol.ts';
import type { Session } from './session.ts';
import { malformed, short } from './trouble.ts';

/** Layers kept per packet (each name of a certificate authority is some); a packet that has more is cut there. */
export const LAYERS_MAX = 1024;
/** Reassembled, decompressed and decrypted buffers of one packet, the frame among them. */
const BUFFERS_MAX = 255;
/** How deep protocols may call each other (tunnel in tunnel), against hostile packets. */
export const DEPTH_MAX = 48;

/** The layer stands in frame.protocols. */
export const LISTED = 1;
/** The layer has a tree of its own and counts in the protocol hierarchy. */
export const SHOWN = 2;
/** The layer may set the Protocol and Info columns; not so inside an ICMP error. */
export const COLUMN = 4;
/** The layer's tree stands inside that of the last SHOWN layer, and doesn't count in the hierarchy. */
export const NESTED = 8;
/** The layer counts in the hierarchy behind those that follow it, up to the one its mark says. */
export const LATE = 16;

/** Layers that `head` speaks of. */
export const HEAD_LAYERS = 4;

/** Kinds of network address in the columns. */
const NO_ADDRESS = 0;
export const ETHER = 1;
export const IPV4 = 2;
export const IPV6 = 3;
/** Any other, given as text. */
export const OTHER = 4;

const NOTHING = new Uint8Array(0);
/** Starts a field that will hold 32-bit numbers: the engine then need not change its mind, and its code, later. */
const WIDE = 2 ** 32;

export class Packet {
  readonly session: Session;

  // The frame.
  number = 0;
  seconds = 0;
  nanoseconds = 0;
  /** False when the capture gives the packet no time (a Simple Packet Block). */
  hasTime = true;
  /** Bytes on the wire and bytes captured. */
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
  /** Captured end of the current payload. */
  end = 0;
  /** End of the current payload on the wire, as the headers say; beyond `end` when the capture cut the packet. */
  wireEnd = 0;

  // The layers.
  count = 0;
  readonly proto = new Uint16Array(LAYERS_MAX);
  readonly start = new Int32Array(LAYERS_MAX);
  /** Captured end of the layer with its payload; set anew when the step narrows it. */
  readonly stop = new Int32Array(LAYERS_MAX);
  /** Where the layer's header ends and its payload starts. */
  readonly payload = new Int32Array(LAYERS_MAX);
  readonly layerFrom = new Uint8Array(LAYERS_MAX);
  readonly flags = new Uint8Array(LAYERS_MAX);
  /** A number and an object a step may leave for its own emit and info. */
  readonly mark = new Int32Array(LAYERS_MAX);
  readonly notes: unknown[] = [];
  readonly protocols: Protocol[] = [];
  /** The frame's bytes and those made of it; only the first `bufferCount` belong to this packet. */
  readonly buffers: Uint8Array[] = [];
  bufferCount = 0;
  /** Which HEAD_LAYERS layers the packet begins with, a number for each kind; 0: any. */
  head = 0;
  depth = 0;
  /** Flags given to layers pushed now; ICMP errors clear SHOWN and COLUMN while they call the packet within. */
  visibility: number = LISTED | SHOWN | COLUMN | NESTED | LATE;

  /** Within the packet that an ICMP error quotes: no packet of its own, and often cut. */
  isQuoted = false;

  // What lower layers tell higher ones.
  /** Innermost network addresses, for flows and checksums: kind and offsets in `netBuf`. */
  netKind: number = NO_ADDRESS;
  netBuf: Uint8Array = NOTHING;
  netSrc = 0;
  netDst = 0;
  /** Innermost transport: IP protocol number and ports; 0 when there is none. */
  transport = 0;
  srcPort = 0;
  dstPort = 0;
  /** Entry in session.flows, or -1, and direction (0: from the lower endpoint, see FlowTable). */
  flow = -1;
  direction = 0;
  /** The innermost TCP layer, or -1, with its tcp.analysis flags and relative numbers; see flows/tcp-analysis.ts. */
  tcpLayer = -1;
  analysis = 0;
  relativeSeq: number = WIDE;
  relativeAck: number = WIDE;
  /** Bytes, scaled. */
  window = 0;
  /** Payload bytes on the wire. */
  segmentLength = 0;
  /** Part of a message that a later segment completes. */
  isPartOfMessage = false;
  /** Bytes of its payload that end, or go on with, a message which earlier segments began. */
  joinedBytes = 0;
  /** Where in its bytes a message begins that later segments go on with; -1: none does. */
  begunAt = -1;

  /** Only the layers before this one have a say in the Protocol column. */
  protocolLayers: number = LAYERS_MAX;

  // The address columns; not always the network addresses (ARP, Ethernet only).
  columnKind: number = NO_ADDRESS;
  columnBuf: Uint8Array = NOTHING;
  columnSrc = 0;
  columnDst = 0;
  columnSrcText = '';
  columnDstText = '';
  /** A tunnel that names itself around what it carries: GTP makes the Protocol column `GTP <DNS>`; '' without one. */
  columnWrap = '';

  // Stream reassembly, between TCP and the protocol above it.
  /** True while the protocol above may ask for more bytes. */
  mayAskMore = false;
  /** Bytes wanted from `wantedAt` on (MORE_SEGMENT, MORE_UNTIL_END: unknown), 0: none asked. */
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
    this.wireLength = frame.wireLength;
    this.capturedLength = frame.end - frame.start;
    this.linkType = frame.linkType;
    this.interfaceId = frame.interfaceId;
    this.enterprise = frame.enterprise;
    this.fileOffset = frame.fileOffset;
    // Many frames lie in one chunk, and telling the collector of a reference costs as much as all numbers here.
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
    this.protocolLayers = LAYERS_MAX;
    this.columnKind = NO_ADDRESS;
    if (this.columnWrap !== '') this.columnWrap = '';
    this.mayAskMore = false;
    this.wanted = 0;
  }

  /** The current layer: the one whose step runs. */
  get layer(): number {
    return this.count - 1;
  }

  /** Bytes captured from the cursor on. */
  get left(): number {
    return this.end - this.at;
  }

  /** Bytes the payload had on the wire from the cursor on. */
  get wireLeft(): number {
    return this.wireEnd - this.at;
  }

  push(made: Protocol, flags: number): boolean {
    const i = this.count;
    if (i === LAYERS_MAX) return false;
    // A header that ends beyond its bytes leaves nothing, not less.
    if (this.at > this.end) this.at = this.end;
    this.proto[i] = made.id;
    if (this.protocols[i] !== made) this.protocols[i] = made;
    this.start[i] = this.at;
    this.stop[i] = this.end;
    this.payload[i] = this.end;
    this.layerFrom[i] = this.from;
    // What has a tree of its own keeps it, nested, where such trees are not to be SHOWN.
    this.flags[i] = (flags | ((flags & SHOWN) << 2)) & this.visibility;
    this.mark[i] = 0;
    if (this.notes[i] !== null) this.notes[i] = null;
    this.count = i + 1;
    return true;
  }

  /** Layer `i` of the frame's own bytes, all of it: for who knows several layers at once, and sets `count` himself. */
  lay(i: number, made: Protocol, flags: number, start: number, stop: number, payload: number): void {
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

  /** Walks from the cursor: this protocol, then what it says comes next, to the end. */
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
      // A step that called its payload itself has moved on; its own span was set by `narrow` already.
      if (next !== null) this.payload[layer] = this.at;
    }
  }

  /** Sets the end of the current payload by a length field: bytes from `at` on the wire. */
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

  /** Walks [at, end) of the current buffer as `made`, then puts the cursor back as it was. */
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

  /** As call, on bytes of another buffer (reassembled, decrypted): they must stay untouched until the next packet. */
  callIn(made: Protocol, buf: Uint8Array, at: number, end: number, wireEnd: number = end): void {
    this.within(buf, at, end, wireEnd, (p) => p.run(made));
  }

  /** As call, from the cursor; false when the protocol rejected the bytes, and then nothing has changed. */
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

  /** Does `work` with the cursor on bytes of another buffer, then puts it back. */
  within(buf: Uint8Array, at: number, end: number, wireEnd: number, work: (p: Packet) => void): void {
    if (this.bufferCount === BUFFERS_MAX || this.depth === DEPTH_MAX) return;
    const { buf: oldBuf, from, at: oldAt, end: oldEnd, wireEnd: oldWireEnd } = this;
    this.buf = buf;
    this.from = this.bufferCount++;
    this.buffers[this.from] = buf;
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

  /** The bytes of a layer. */
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
   * What a step returns when the bytes end before its header does: the layer stays, and a layer of trouble says
   * whether the capture cut the packet (`_ws.short`) or its own lengths lie (`_ws.malformed`).
   */
  cut(needed: number): null {
    // A packet quoted in an ICMP error ends where its sender cut it: no trouble (RFC 792, RFC 1812 §4.3.2.3).
    if (this.at + needed <= this.wireEnd) {
      this.visibility |= this.isQuoted ? SHOWN | COLUMN : SHOWN;
      this.push(short, SHOWN | COLUMN);
    } else if (!this.isQuoted) this.push(malformed, SHOWN | COLUMN);
    this.at = this.end;
    return null;
  }

  /**
   * As cut, where too little is left to show anything of the header: the layer keeps its name, and of its flags only
   * those in `kept` (COLUMN, where the protocol is known before its header is read).
   */
  cutUnseen(needed: number, kept = 0): null {
    this.flags[this.count - 1]! &= LISTED | kept;
    return this.cut(needed);
  }

  /** What a step returns when the bytes contradict the protocol. */
  malformed(): null {
    this.push(malformed, SHOWN | COLUMN);
    this.at = this.end;
    return null;
  }

  /**
   * Asks TCP for more bytes of this stream: `bytes` in all from the cursor on, or MORE_SEGMENT / MORE_UNTIL_END.
   * False when that can't be had (a datagram, reassembly off): go on with what there is.
   */
  askMore(bytes: number): boolean {
    if (!this.mayAskMore) return false;
    this.wanted = bytes;
    this.wantedAt = this.at;
    return true;
  }

  /** Says which addresses the address columns show. */
  showAddresses(kind: number, src: number, dst: number): void {
    if (this.isQuoted) return;
    this.columnKind = kind;
    this.columnBuf = this.buf;
    this.columnSrc = src;
    this.columnDst = dst;
  }
}

/** At least one byte more, length unknown. */
export const MORE_SEGMENT = -1;
/** All until the sender closes. */
export const MORE_UNTIL_END = -2;
