// `-z http,stat`, `-z rtsp,stat`, `-z sip,stat`, `-z dhcp,stat`: plain counts of messages, as tshark prints them.
import {
  DhcpTally,
  dhcpMessageTypes,
  HttpTally,
  type Packet,
  RtspTally,
  rtspPhrases,
  SipTally,
  sipCodes,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = '===================================================================\n';

/** Numbers by size, words by alphabet: tshark's own order is that of a hash table. */
function sorted<K extends string | number>(counts: ReadonlyMap<K, number>): [K, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function heading(title: string, filter: string): string {
  return `\n${RULE}${title}${filter === '' ? '' : ` with filter ${filter}`}\n`;
}

/** Counts by method and by status code, for JSON. */
function dataOf({ codes, methods }: HttpTally | RtspTally): unknown {
  return { methods: Object.fromEntries(methods.counts), statusCodes: Object.fromEntries(codes.counts) };
}

export const httpStat: StatisticKind = {
  name: 'http,stat',
  usage: 'http,stat[,FILTER]',
  about: 'HTTP messages by method and status, counts only',
  make: (filter) => filtered('http,stat', filter, new HttpStat(filter)),
};

class HttpStat implements Statistic {
  readonly #filter: string;
  readonly #tally = new HttpTally();

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#tally.add(p);
  }

  print(out: Output): void {
    const { codes, methods, words } = this.#tally;
    out.text(heading('HTTP Statistics', this.#filter));
    out.text('* HTTP Response Status Codes                Packets\n');
    for (const [code, count] of sorted(codes.counts))
      out.text(`  ${`${code} ${words.get(code)}`.padEnd(40)} ${String(count).padStart(8)}\n`);
    out.text('* HTTP Request Methods                      Packets\n');
    for (const [method, count] of sorted(methods.counts))
      out.text(`  ${method.padEnd(40)} ${String(count).padStart(8)} \n`);
    out.text(RULE);
  }

  data(): unknown {
    return dataOf(this.#tally);
  }
}

export const rtspStat: StatisticKind = {
  name: 'rtsp,stat',
  usage: 'rtsp,stat[,FILTER]',
  about: 'RTSP messages by method and status, counts only',
  make: (filter) => filtered('rtsp,stat', filter, new RtspStat(filter)),
};

class RtspStat implements Statistic {
  readonly #filter: string;
  readonly #tally = new RtspTally();

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#tally.add(p);
  }

  print(out: Output): void {
    const { codes, methods } = this.#tally;
    out.text(heading('RTSP Statistics', this.#filter));
    out.text('* RTSP Response Status Codes                Packets\n');
    for (const [code, count] of sorted(codes.counts))
      out.text(
        `  ${`${code} ${rtspPhrases.get(code) ?? 'Unknown'}`.padEnd(40)} ${String(count).padStart(8)}\n`,
      );
    out.text('* RTSP Request Methods                      Packets\n');
    for (const [method, count] of sorted(methods.counts))
      out.text(`  ${method.padEnd(40)} ${String(count).padStart(8)}\n`);
    out.text(RULE);
  }

  data(): unknown {
    return dataOf(this.#tally);
  }
}

export const sipStat: StatisticKind = {
  name: 'sip,stat',
  usage: 'sip,stat[,FILTER]',
  about: 'SIP messages by method and status, call set-up times',
  make: (filter) => filtered('sip,stat', filter, new SipStat(filter)),
};

class SipStat implements Statistic {
  readonly #filter: string;
  readonly #tally = new SipTally();

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#tally.add(p);
  }

  print(out: Output): void {
    const { messages, resent, codes, methods, setups, setupSum, setupMin, setupMax } = this.#tally;
    out.text(heading('SIP Statistics', this.#filter));
    out.text(`\nNumber of SIP messages: ${messages}\nNumber of resent SIP messages: ${resent}\n`);
    out.text('\n* SIP Status Codes in reply packets\n');
    for (const [code, count] of sorted(codes.counts))
      out.text(
        `  SIP ${code} ${(sipCodes.get(code) ?? 'Unknown').padEnd(15)} : ${String(count).padStart(5)} Packets\n`,
      );
    out.text('\n* List of SIP Request methods\n');
    for (const [method, count] of sorted(methods.counts))
      out.text(`  ${method.padEnd(15)} : ${String(count).padStart(5)} Packets\n`);
    const average = setups === 0 ? 0 : Math.floor(setupSum / setups);
    out.text(`\n* Average setup time ${average} ms\n Min ${setupMin} ms\n Max ${setupMax} ms\n${RULE}`);
  }

  data(): unknown {
    const { messages, resent, codes, methods, setups, setupSum, setupMin, setupMax } = this.#tally;
    return {
      messages,
      resent,
      statusCodes: Object.fromEntries(codes.counts),
      methods: Object.fromEntries(methods.counts),
      setupMs: { calls: setups, average: setups === 0 ? 0 : setupSum / setups, min: setupMin, max: setupMax },
    };
  }
}

const WIDE_RULE = `${'='.repeat(101)}\n`;

export const dhcpStat: StatisticKind = {
  name: 'dhcp,stat',
  usage: 'dhcp,stat[,FILTER]',
  about: 'DHCP messages by type',
  make: (filter) => filtered('dhcp,stat', filter, new DhcpStat(filter)),
};

class DhcpStat implements Statistic {
  readonly #filter: string;
  readonly #tally = new DhcpTally();

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#tally.add(p);
  }

  print(out: Output): void {
    out.text(`\n${WIDE_RULE}DHCP (BOOTP) Statistics:\nFilter for statistics: ${this.#filter}\n`);
    out.text('DHCP Message Type |Packets |\nDHCP Statistics\n');
    dhcpMessageTypes.forEach((name, i) => {
      out.text(`${name.padEnd(25)} |${this.#tally.types.counts.get(i + 1) ?? 0} |\n`);
    });
    out.text(WIDE_RULE);
  }

  data(): unknown {
    return Object.fromEntries(
      dhcpMessageTypes.map((name, i) => [name, this.#tally.types.counts.get(i + 1) ?? 0]),
    );
  }
}
