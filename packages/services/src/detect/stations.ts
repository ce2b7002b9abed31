// Tracks source MACs: reports new stations, and addresses whose packets come from another MAC. Bulk traffic costs one
// table lookup per packet.
import type { Packet } from '@eyrie/dissect';
import { addressAt, ethernetAt, type See, timeOf } from './reader.ts';

const START = 1024;
/** MAC changes reported per conversation: on a mirror port that shows every packet twice they alternate for ever. */
const MOVES_MAX = 8;
/** Stations remembered; at the limit all are forgotten. */
const STATIONS_MAX = 65_536;

export class Stations {
  readonly #see: See;
  readonly #known = new Set<number>();
  #stream = new Int32Array(START).fill(-1);
  /** The sending MAC as a number, by flow and direction; 0 for none yet. */
  #mac = new Float64Array(START * 2);
  #moves = new Uint8Array(START);

  constructor(see: See) {
    this.#see = see;
  }

  see(p: Packet): void {
    const at = ethernetAt(p);
    if (at < 0) return;
    const frame = p.buffers[0]!;
    let mac = 0;
    for (let i = at + 6; i < at + 12; i++) mac = mac * 256 + frame[i]!;
    if (p.flow < 0) this.#reportStation(p, mac);
    else if (!p.isQuoted) this.#follow(p, mac);
  }

  #follow(p: Packet, mac: number): void {
    const { flow } = p;
    if (flow >= this.#moves.length) this.#grow(flow);
    const stream = p.session.flows.stream(flow);
    if (this.#stream[flow] !== stream) this.#begin(flow, stream);
    const side = flow * 2 + p.direction;
    const before = this.#mac[side]!;
    if (before === mac) return;
    this.#mac[side] = mac;
    this.#reportStation(p, mac);
    if (before === 0 || this.#moves[flow]! >= MOVES_MAX) return;
    this.#moves[flow]! += 1;
    this.#see({
      kind: 'moved',
      time: timeOf(p),
      frame: p.number,
      address: addressAt(p, p.netSrc),
      to: macText(mac),
    });
  }

  #reportStation(p: Packet, mac: number): void {
    if (this.#known.has(mac)) return;
    if (this.#known.size >= STATIONS_MAX) this.#known.clear();
    this.#known.add(mac);
    this.#see({ kind: 'station', time: timeOf(p), frame: p.number, mac: macText(mac) });
  }

  #begin(flow: number, stream: number): void {
    this.#stream[flow] = stream;
    this.#mac[flow * 2] = 0;
    this.#mac[flow * 2 + 1] = 0;
    this.#moves[flow] = 0;
  }

  #grow(flow: number): void {
    const length = 2 ** Math.ceil(Math.log2(flow + 1));
    const [stream, mac, moves] = [this.#stream, this.#mac, this.#moves];
    this.#stream = new Int32Array(length).fill(-1);
    this.#stream.set(stream);
    this.#mac = new Float64Array(length * 2);
    this.#mac.set(mac);
    this.#moves = new Uint8Array(length);
    this.#moves.set(moves);
  }
}

function macText(mac: number): string {
  return mac.toString(16).padStart(12, '0').match(/../g)!.join(':');
}
