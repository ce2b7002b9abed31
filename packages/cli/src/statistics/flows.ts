// `-z flows[,json]`: conversations as records, one line each.
import type { CaptureSource } from '@eyrie/capture';
import { type Flow, type FlowEnd, FlowRecords, type Packet, type Session } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import type { Statistic, StatisticKind } from './statistic.ts';

/** Records kept for the end, where they can't be printed at once. */
const KEPT_MAX = 100_000;

export const flows: StatisticKind = {
  name: 'flows',
  usage: 'flows[,json]',
  about: 'conversations: state, handshake time, losses, application, server name, fingerprints, Community ID',
  make(args) {
    if (args !== '' && args !== 'json') throw new UserError(`-z flows,${args}: must be flows or flows,json`);
    return new FlowsStatistic(args === 'json');
  },
};

class FlowsStatistic implements Statistic {
  readonly #isJson: boolean;
  readonly #kept: Flow[] = [];
  #leftOut = 0;
  #records: FlowRecords | null = null;
  #start = 0;
  #out: Output | null = null;
  #hasHeader = false;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  begin(session: Session, _: CaptureSource): void {
    this.#records = new FlowRecords(session, (flow) => this.#take(flow), { communityIds: true });
  }

  streamTo(out: Output): void {
    this.#out = out;
  }

  see(p: Packet): void {
    if (this.#start === 0) this.#start = p.session.firstSeconds + p.session.firstNanoseconds / 1e9;
    this.#records!.add(p);
  }

  /** What ends before the capture does makes room at once, if it can. */
  #take(flow: Flow): void {
    if (this.#out !== null && flow.why !== 'end') this.#print(this.#out, flow);
    else if (this.#kept.length < KEPT_MAX) this.#kept.push(flow);
    else this.#leftOut++;
  }

  print(out: Output): void {
    for (const flow of this.#finished()) this.#print(out, flow);
    if (!this.#hasHeader && !this.#isJson) out.text(HEADER);
    if (this.#leftOut > 0 && !this.#isJson) out.text(`and ${this.leftOut()}\n`);
  }

  leftOut(): string {
    return this.#leftOut > 0 ? `${this.#leftOut} more: ask for -z flows alone, with -q, to see all` : '';
  }

  data(): Flow[] {
    return this.#finished();
  }

  /** The earliest first. */
  #finished(): Flow[] {
    this.#records?.end();
    return this.#kept.sort((a, b) => a.start - b.start);
  }

  #print(out: Output, flow: Flow): void {
    if (this.#isJson) {
      out.text(`${JSON.stringify(flow)}\n`);
      return;
    }
    if (!this.#hasHeader) out.text(HEADER);
    this.#hasHeader = true;
    out.text(line(flow, this.#start));
  }
}

const HEADER =
  'start (s)    seconds    proto client                     server                     ' +
  'packets to/from         bytes to/from          state        rtt ms   applications and server name\n';

function line(flow: Flow, start: number): string {
  const cells = [
    (flow.start - start).toFixed(6).padStart(12),
    (flow.end - flow.start).toFixed(3).padStart(10),
    flow.transport.padEnd(5),
    endpoint(flow.client).padEnd(26),
    endpoint(flow.server).padEnd(26),
    String(flow.toServer.packets).padStart(8),
    String(flow.toClient.packets).padStart(8),
    String(flow.toServer.bytes).padStart(12),
    String(flow.toClient.bytes).padStart(12),
    (flow.tcp?.state ?? '-').padEnd(11),
    (flow.tcp?.handshakeMs?.toFixed(3) ?? '-').padStart(9),
    ` ${[flow.applications.join('+') || '-', flow.serverName ?? ''].join(' ').trim()}`,
    troubles(flow),
  ];
  return `${cells.join(' ').trimEnd()}\n`;
}

/** `192.0.2.1:80`, `[2001:db8::1]:80` */
export function endpoint({ address, port }: Pick<FlowEnd, 'address' | 'port'>): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function troubles({ tcp }: Flow): string {
  if (tcp === null) return '';
  const words = [
    tcp.retransmissions > 0 ? `${tcp.retransmissions} retransmitted` : '',
    tcp.outOfOrder > 0 ? `${tcp.outOfOrder} out of order` : '',
    tcp.zeroWindows > 0 ? `${tcp.zeroWindows} zero windows` : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? '' : `(${words.join(', ')})`;
}
