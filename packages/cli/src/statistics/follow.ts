// `-z follow,PROTOCOL,MODE,STREAM[,RANGE]`: the payload of both directions of a conversation.
import {
  Follow,
  FollowHttp,
  FollowHttp2,
  FollowQuic,
  FollowTls,
  type Packet,
  type Piece,
  type Side,
  type Wanted,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { endpoint } from './flows.ts';
import type { Statistic, StatisticKind } from './statistic.ts';

const RULE = '===================================================================\n';

/** Bytes kept until they are printed, where something else is to be printed first. */
const KEPT_BYTES_MAX = 64 << 20;

const PROTOCOLS = ['tcp', 'udp', 'http', 'http2', 'tls', 'quic'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const MODES = ['ascii', 'hex', 'raw', 'utf-8', 'yaml'] as const;
type Mode = (typeof MODES)[number];

interface FollowRequest {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly wanted: Wanted;
  /** http2.streamid or quic.stream.stream_id, of those two alone. */
  readonly substream: number;
  /** First and last piece to show, counted from 1. */
  readonly first: number;
  readonly last: number;
}

export const follow: StatisticKind = {
  name: 'follow',
  usage: `follow,${PROTOCOLS.join('|')},${MODES.join('|')},STREAM[,FROM-TO]`,
  about:
    'the payload of both directions of a conversation; STREAM is tcp.stream, udp.stream or ADDRESS:PORT,ADDRESS:PORT; of http2 STREAM,STREAMID, of quic CONNECTION,STREAMID; tls and quic with their secrets, in the capture or by -o tls.keylog_file:FILE',
  make: (args) => new FollowStatistic(parseRequest(args)),
};

const ENDPOINT = String.raw`(?:\[([^\]]+)\]|([^:,[]+)):(\d+)`;
const ARGUMENTS = new RegExp(
  String.raw`^(\w+),([\w-]+),(?:(\d+)|${ENDPOINT},${ENDPOINT})(?:(?<=^(?:http2|quic),.*),(\d+))?(?:,(\d+)(?:-(\d+))?)?$`,
);

function parseRequest(args: string): FollowRequest {
  const match = ARGUMENTS.exec(args);
  if (match === null) throw usage(args);
  const [, protocol, mode, stream, six1, four1, port1, six2, four2, port2, substream, first, last] = match;
  if (!includes(PROTOCOLS, protocol) || !includes(MODES, mode)) throw usage(args);
  if (protocol === 'http2' && substream === undefined)
    throw new UserError(
      `-z follow,${args}: name the stream within the connection, too: follow,http2,ascii,0,1`,
    );
  if (protocol === 'quic' && (stream === undefined || substream === undefined))
    throw new UserError(`-z follow,${args}: name the connection and its stream: follow,quic,ascii,0,4`);
  const wanted: Wanted =
    stream !== undefined
      ? Number(stream)
      : [
          { address: (six1 ?? four1)!, port: Number(port1) },
          { address: (six2 ?? four2)!, port: Number(port2) },
        ];
  const from = first === undefined ? 1 : Number(first);
  const to = first === undefined ? Infinity : Number(last ?? first);
  if (from < 1 || to < from) throw new UserError(`-z follow,${args}: pieces are counted from 1, as in 2-5`);
  return { protocol, mode, wanted, substream: Number(substream ?? -1), first: from, last: to };
}

function includes<T extends string>(values: readonly T[], value: string | undefined): value is T {
  return (values as readonly string[]).includes(value ?? '');
}

function usage(args: string): UserError {
  return new UserError(
    `-z follow,${args}: write it as follow,tcp,ascii,0 (${PROTOCOLS.join(', ')}; ${MODES.join(', ')}) ` +
      'or follow,udp,hex,192.0.2.1:5353,192.0.2.2:53',
  );
}

class FollowStatistic implements Statistic {
  readonly #request: FollowRequest;
  readonly #source: Follow | FollowHttp | FollowHttp2 | FollowQuic | FollowTls;
  readonly #kept: Piece[] = [];
  #keptBytes = 0;
  #droppedBytes = 0;
  #count = 0;
  /** Bytes of each side before the piece at hand. */
  readonly #offsets = [0, 0];
  /** Where pieces go at once; null: they are kept until the end. */
  #out: Output | null = null;
  #hasHeader = false;

  constructor(parsed: FollowRequest) {
    this.#request = parsed;
    const { protocol, wanted, substream } = parsed;
    const onPiece = (piece: Piece): void => this.#take(piece);
    if (protocol === 'tcp' || protocol === 'udp') this.#source = new Follow(protocol, wanted, onPiece);
    else if (protocol === 'http2') this.#source = new FollowHttp2(wanted, substream, onPiece);
    else if (protocol === 'quic') this.#source = new FollowQuic(Number(wanted), substream, onPiece);
    else if (protocol === 'tls') this.#source = new FollowTls(wanted, onPiece);
    else this.#source = new FollowHttp(wanted, onPiece);
  }

  /** The only thing to print: no need to keep anything. */
  streamTo(out: Output): void {
    this.#out = out;
  }

  see(p: Packet): void {
    this.#source.add(p);
  }

  #take(piece: Piece): void {
    this.#count++;
    const { first, last } = this.#request;
    if (this.#count < first || this.#count > last) {
      this.#offsets[piece.side]! += piece.data.length;
      return;
    }
    if (this.#out !== null) {
      this.#header(this.#out);
      this.#print(this.#out, piece);
    } else if (this.#keptBytes + piece.data.length > KEPT_BYTES_MAX) this.#droppedBytes += piece.data.length;
    else {
      this.#keptBytes += piece.data.length;
      this.#kept.push({ ...piece, data: piece.data.slice() });
    }
  }

  print(out: Output): void {
    this.#header(out);
    for (const piece of this.#kept) this.#print(out, piece);
    if (this.#droppedBytes > 0)
      out.text(`[${this.#droppedBytes} bytes more: follow it alone, with -q, to see all]\n`);
    if (this.#request.mode !== 'yaml') out.text(RULE);
  }

  #header(out: Output): void {
    if (this.#hasHeader) return;
    this.#hasHeader = true;
    const { protocol, mode } = this.#request;
    const [a, far] = this.#source.sides ?? [NOBODY, NOBODY];
    // As in tshark, which names no other side here.
    const b = protocol === 'tls' ? NOBODY : far;
    if (mode === 'yaml') {
      out.text('peers:\n');
      [a, b].forEach((side, i) => {
        out.text(`  - peer: ${i}\n    host: ${side.address}\n    port: ${side.port}\n`);
      });
      out.text('packets:\n');
      return;
    }
    out.text(`\n${RULE}Follow: ${protocol},${mode}\nFilter: ${filterText(this.#request)}\n`);
    out.text(`Node 0: ${endpoint(a)}\nNode 1: ${endpoint(b)}\n`);
  }

  #print(out: Output, piece: Piece): void {
    const { side, data } = piece;
    const indent = side === 1 ? '\t' : '';
    switch (this.#request.mode) {
      case 'ascii':
        out.text(`${indent}${data.length}\n${printable(data)}\n`);
        break;
      case 'utf-8': {
        const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8');
        out.text(`${indent}${Buffer.byteLength(text)}\n${text}\n`);
        break;
      }
      case 'raw':
        out.text(`${indent}${Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex')}\n`);
        break;
      case 'hex':
        hexLines(out, indent, this.#offsets[side]!, data);
        break;
      case 'yaml':
        yaml(out, piece);
    }
    this.#offsets[side]! += data.length;
  }

  data(): unknown {
    const [a, b] = this.#source.sides ?? [null, null];
    return {
      sides: [a, b],
      pieces: this.#kept.map(({ side, frame, seconds, nanoseconds, data }) => ({
        side,
        frame,
        time: seconds + nanoseconds / 1e9,
        base64: Buffer.from(data).toString('base64'),
      })),
      bytesLeftOut: this.#droppedBytes,
    };
  }
}

const NOBODY: Side = { address: '', port: 0 };

/** The display filter that finds what was followed. */
function filterText(parsed: FollowRequest): string {
  if (parsed.protocol === 'quic')
    return `quic.connection.number eq ${parsed.wanted} and quic.stream.stream_id eq ${parsed.substream}`;
  const text = conversationText(parsed);
  if (parsed.protocol !== 'http2') return text;
  // `and` binds more closely than the `or` between the two ways.
  const whole = typeof parsed.wanted === 'number' ? text : `(${text})`;
  return `${whole} and http2.streamid eq ${parsed.substream}`;
}

function conversationText({ protocol, wanted }: FollowRequest): string {
  const transport = protocol === 'udp' ? 'udp' : 'tcp';
  if (typeof wanted === 'number') return `${transport}.stream eq ${wanted}`;
  const way = (from: Side, to: Side): string => {
    const ip = from.address.includes(':') ? 'ipv6' : 'ip';
    return (
      `((${ip}.src eq ${from.address} and ${transport}.srcport eq ${from.port}) and ` +
      `(${ip}.dst eq ${to.address} and ${transport}.dstport eq ${to.port}))`
    );
  };
  return `${way(wanted[0], wanted[1])} or ${way(wanted[1], wanted[0])}`;
}

/** ASCII with its line ends; anything else is a dot. */
function printable(data: Uint8Array): string {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
  return text.replace(/[^\x20-\x7e\r\n]/g, '.');
}

const ROW = 16;

/** `00000010  01 34 01 31 01 65 01 38  01 65 01 66 01 66 01 66  .4.1.e.8 .e.f.f.f` */
function hexLines(out: Output, indent: string, offset: number, data: Uint8Array): void {
  for (let row = 0; row < data.length; row += ROW) {
    const bytes = data.subarray(row, row + ROW);
    let hex = '';
    let text = '';
    bytes.forEach((byte, i) => {
      hex += `${i === ROW / 2 ? ' ' : ''}${byte.toString(16).padStart(2, '0')} `;
      text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';
      if (i === ROW / 2 - 1) text += ' ';
    });
    const at = (offset + row).toString(16).toUpperCase().padStart(8, '0');
    out.text(`${indent}${at}  ${hex.padEnd(50)}${text.replace(/ $/, '')}\n`);
  }
}

/** Bytes that make a line of 76 characters of base64. */
const BASE64_BYTES = 57;

function yaml(out: Output, { side, frame, seconds, nanoseconds, data }: Piece): void {
  // In doubles, as tshark: the last digits are not the clock's.
  const time = fixed(seconds + nanoseconds / 1e9, 9);
  out.text(`  - packet: ${frame}\n    peer: ${side}\n    timestamp: ${time}\n    data: !!binary |\n`);
  for (let at = 0; at < data.length; at += BASE64_BYTES)
    out.text(`      ${Buffer.from(data.subarray(at, at + BASE64_BYTES)).toString('base64')}\n`);
}
