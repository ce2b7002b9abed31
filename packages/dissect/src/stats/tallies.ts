// Message counts of HTTP, RTSP, SIP and DHCP (`-z http,stat`, `-z rtsp,stat`, `-z sip,stat`, `-z dhcp,stat`).
import type { Packet } from '../core/packet.ts';
import { netAddress } from '../core/text.ts';
import { Tap } from './tap.ts';
import { millisecondsSinceStart } from './time.ts';
import { methodOf } from './trees/http.ts';

const UDP = 17;
const NAMES_MAX = 10_000;

/** Counts by name, in order of first appearance. */
export class Tally<K> {
  readonly counts: Map<K, number>;

  /** @param of initial counts to copy */
  constructor(of?: Tally<K>) {
    this.counts = new Map(of?.counts);
  }

  add(name: K): void {
    const count = this.counts.get(name);
    if (count !== undefined) this.counts.set(name, count + 1);
    else if (this.counts.size < NAMES_MAX) this.counts.set(name, 1);
  }
}

export class HttpTally {
  readonly methods = new Tally<string>();
  readonly codes = new Tally<number>();
  /** Reason phrases of the status codes. */
  readonly words = new Map<number, string>();
  readonly #tap = new Tap(
    ['http', 'ssdp'],
    ['http.request.method', 'http.response.code', 'http.response.code.desc'],
  );

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (tap.has('http.response.code')) {
        const code = tap.number('http.response.code');
        this.codes.add(code);
        this.words.set(code, tap.text('http.response.code.desc') || 'Unknown');
      } else if (tap.has('http.request.method')) this.methods.add(methodOf(tap));
    });
  }
}

export class RtspTally {
  readonly methods = new Tally<string>();
  readonly codes = new Tally<number>();
  readonly #tap = new Tap(['rtsp'], ['rtsp.method', 'rtsp.status']);

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (tap.has('rtsp.status')) this.codes.add(tap.number('rtsp.status'));
      else if (tap.has('rtsp.method')) this.methods.add(tap.text('rtsp.method'));
    });
  }
}

/** SIP dialogs remembered. */
const CALLS_MAX = 20_000;

export class SipTally {
  messages = 0;
  /** Retransmissions over UDP (RFC 3261 §17.1). */
  resent = 0;
  readonly methods = new Tally<string>();
  readonly codes = new Tally<number>();
  /** Sum of the set-up times from INVITE (or CANCEL) to ACK, each in whole milliseconds. */
  setups = 0;
  setupSum = 0;
  setupMin = 0;
  setupMax = 0;
  /** By Call-ID: the latest message in each direction, and the time of the INVITE. */
  readonly #latest = new Map<string, string>();
  readonly #invites = new Map<string, number>();
  readonly #tap = new Tap(
    ['sip'],
    ['sip.Method', 'sip.Status-Code', 'sip.Call-ID', 'sip.CSeq.seq', 'sip.CSeq.method'],
  );

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      this.messages++;
      const isAgain = this.#isAgain(p);
      if (isAgain) this.resent++;
      if (tap.has('sip.Status-Code')) this.codes.add(tap.number('sip.Status-Code'));
      else if (tap.has('sip.Method')) this.#request(p, tap.text('sip.Method'), isAgain);
    });
  }

  #request(p: Packet, method: string, isAgain: boolean): void {
    this.methods.add(method);
    const transaction = `${this.#tap.text('sip.Call-ID')} ${this.#tap.text('sip.CSeq.seq')}`;
    if ((method === 'INVITE' && !isAgain) || method === 'CANCEL')
      remember(this.#invites, transaction, millisecondsSinceStart(p));
    else if (method === 'ACK') this.#setUp(p, transaction);
  }

  #isAgain(p: Packet): boolean {
    const tap = this.#tap;
    const way = `${tap.text('sip.Call-ID')} ${netAddress(p, p.netSrc)} ${p.srcPort} ${netAddress(p, p.netDst)} ${p.dstPort}`;
    const what = `${tap.text('sip.CSeq.seq')} ${tap.text('sip.CSeq.method')} ${tap.text('sip.Method')} ${tap.text('sip.Status-Code')}`;
    const isAgain = this.#latest.get(way) === what;
    // As in Wireshark, only messages over UDP count as retransmissions, and CANCEL may repeat.
    if (isAgain) return p.transport === UDP && tap.text('sip.CSeq.method') !== 'CANCEL';
    remember(this.#latest, way, what);
    return false;
  }

  #setUp(p: Packet, transaction: string): void {
    const invited = this.#invites.get(transaction);
    if (invited === undefined) return;
    this.#invites.delete(transaction);
    const time = Math.round(millisecondsSinceStart(p) - invited);
    if (time <= 0) return;
    this.setupMin = this.setups === 0 ? time : Math.min(this.setupMin, time);
    this.setupMax = Math.max(this.setupMax, time);
    this.setupSum += time;
    this.setups++;
  }
}

/** Sets an entry, evicting the oldest if the map is full. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= CALLS_MAX && !map.has(key)) map.delete(map.keys().next().value!);
  map.set(key, value);
}

export class DhcpTally {
  /** By message type (RFC 2132 §9.6). */
  readonly types = new Tally<number>();
  readonly #tap = new Tap(['dhcp'], ['dhcp.option.dhcp']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      if (this.#tap.has('dhcp.option.dhcp')) this.types.add(this.#tap.number('dhcp.option.dhcp'));
    });
  }
}
