// DNS at a glance: what was asked and by whom, what failed, what was slow, and which domains have many names.
import { FILTER_CHARACTERS_MAX, type Overview, type OverviewTable } from '../schemas/index.ts';
import type { Get, Reader } from './overview.ts';
import { clipped, is, LINES_MAX, quantile, Tally } from './tally.ts';

/** Times kept for quantiles; those that come later are not. */
const TIMES_MAX = 200_000;
/** Distinct names below one domain, and domains. */
const NAMES_MAX = 10_000;
const DOMAINS_MAX = 20_000;

/** A status request, or an error that does not repeat its question. */
const NO_NAME = '(no name)';

const NO_ANSWER = 'no answer';

/** DNS, also the multicast kinds. */
const ANY = '(dns || mdns || llmnr)';

interface Slow {
  readonly name: string;
  readonly server: string;
  readonly seconds: number;
}

export class DnsOverview implements Reader {
  readonly logs = ['dns'];
  readonly #names = new Tally('names');
  readonly #failed = new Tally('failed');
  readonly #unansweredNames = new Tally('unanswered');
  /** Of 16 bits. */
  readonly #unansweredIds = new Set<number>();
  readonly #codes = new Tally('codes');
  readonly #types = new Tally('types');
  readonly #servers = new Tally('servers');
  readonly #clients = new Tally('clients');
  readonly #domains = new Map<string, Set<string>>();
  readonly #times: number[] = [];
  #slow: Slow[] = [];
  #asked = 0;
  #unanswered = 0;
  #refused = 0;

  take(_log: string, get: Get): void {
    const name = get('query') as string | null;
    const [code, codeName] = [get('rcode') as number | null, get('rcode_name') as string | null];
    const [type, typeName] = [get('qtype') as number | null, get('qtype_name') as string | null];
    const rtt = get('rtt') as number | null;
    const [client, server] = [String(get('id.orig_h')), String(get('id.resp_h'))];
    this.#asked++;
    if (code === null) {
      this.#unanswered++;
      this.#unansweredNames.add(name, is('dns.qry.name', name));
      this.#unansweredIds.add(get('trans_id') as number);
    } else if (code !== 0) this.#refused++;
    this.#names.add(name, is('dns.qry.name', name), { seconds: rtt });
    if (code !== null && code !== 0)
      this.#failed.add(
        `${name ?? NO_NAME} ${codeName ?? code}`,
        `${name === null ? '!dns.qry.name' : is('dns.qry.name', name)} && dns.flags.rcode == ${code}`,
      );
    this.#codes.add(
      code === null ? NO_ANSWER : (codeName ?? String(code)),
      code === null ? null : `dns.flags.rcode == ${code}`,
    );
    this.#types.add(typeName, `dns.qry.type == ${type}`);
    this.#servers.add(server, `${ANY} && ${isAt(server)}`, { seconds: rtt });
    this.#clients.add(client, `${ANY} && ${isAt(client)}`);
    this.#addDomain(name);
    if (rtt !== null) this.#addTime({ name: name ?? '', server, seconds: rtt });
  }

  answer(): Pick<Overview, 'figures' | 'tables'> {
    const domains = [...this.#domains].sort((a, b) => b[1].size - a[1].size).slice(0, LINES_MAX);
    return {
      figures: [
        { name: 'questions', value: this.#asked, unit: 'count' },
        { name: 'failed', value: this.#refused, unit: 'count' },
        { name: 'unanswered', value: this.#unanswered, unit: 'count' },
        { name: 'median', value: quantile(this.#times, 0.5), unit: 'seconds' },
        { name: 'p95', value: quantile(this.#times, 0.95), unit: 'seconds' },
      ],
      tables: [
        this.#names.table(),
        this.#failed.table(),
        this.#unansweredNames.table(),
        this.#servers.table(),
        {
          name: 'slow',
          distinct: this.#slow.length,
          is_whole: true,
          items: this.#slow.slice(0, LINES_MAX).map(({ name, server, seconds }) => ({
            text: clipped(name),
            count: 1,
            seconds,
            detail: server,
            until: null,
            filter: `${is('dns.qry.name', name)} && ${isAt(server)}`,
          })),
        },
        this.#codesTable(),
        this.#types.table(),
        {
          name: 'domains',
          distinct: this.#domains.size,
          is_whole: this.#domains.size < DOMAINS_MAX,
          items: domains.map(([domain, names]) => ({
            text: clipped(domain),
            count: names.size,
            seconds: null,
            detail: null,
            until: null,
            filter: `dns.qry.name contains "${domain.replace(/[\\"]/g, '\\$&')}"`,
          })),
        },
        this.#clients.table(),
      ],
    };
  }

  /** Only the end shows which queries have no response: the filter of their line is made then. */
  #codesTable(): OverviewTable {
    const table = this.#codes.table();
    const filter = this.#filterOfUnanswered();
    return {
      ...table,
      items: table.items.map((item) => (item.text === NO_ANSWER ? { ...item, filter } : item)),
    };
  }

  /** By identifier, and by name if all are listed: multicast DNS has no identifiers. Null: too many for a filter. */
  #filterOfUnanswered(): string | null {
    const ids = `dns.flags.response == 0 && dns.id in {${[...this.#unansweredIds].join(', ')}}`;
    const { items } = this.#unansweredNames.table();
    const listed = items.reduce((sum, { count, filter }) => sum + (filter === null ? 0 : count), 0);
    const named = `${ids} && (${items.map(({ filter }) => filter).join(' || ')})`;
    const wanted = listed === this.#unanswered && named.length <= FILTER_CHARACTERS_MAX ? named : ids;
    return wanted.length <= FILTER_CHARACTERS_MAX ? wanted : null;
  }

  /** By the last two labels: many names below one are how data leaves through DNS. */
  #addDomain(name: string | null): void {
    const labels = name?.split('.') ?? [];
    // Names of addresses all lie below one domain.
    if (name === null || labels.length < 3 || name.endsWith('.arpa')) return;
    const domain = labels.slice(-2).join('.');
    let names = this.#domains.get(domain);
    if (names === undefined) {
      if (this.#domains.size >= DOMAINS_MAX) return;
      names = new Set();
      this.#domains.set(domain, names);
    }
    if (names.size < NAMES_MAX) names.add(name);
  }

  #addTime(slow: Slow): void {
    if (this.#times.length < TIMES_MAX) this.#times.push(slow.seconds);
    if (this.#slow.length >= LINES_MAX && slow.seconds <= this.#slow.at(-1)!.seconds) return;
    this.#slow = [...this.#slow, slow].sort((a, b) => b.seconds - a.seconds).slice(0, LINES_MAX);
  }
}

function isAt(address: string): string {
  return `${address.includes(':') ? 'ipv6' : 'ip'}.addr == ${address}`;
}
