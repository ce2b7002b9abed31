// HTTP at a glance: hosts, addresses of pages, methods, answers, programs that ask. HTTP/1 only, as in Zeek's http.log.
import type { Overview } from '../schemas/index.ts';
import type { Get, Reader } from './overview.ts';
import { is, Tally } from './tally.ts';

const ERROR = 400;
const SERVER_ERROR = 500;

export class HttpOverview implements Reader {
  readonly logs = ['http'];
  readonly #hosts = new Tally('hosts');
  readonly #uris = new Tally('uris');
  readonly #failed = new Tally('failed');
  readonly #statuses = new Tally('statuses');
  readonly #methods = new Tally('methods');
  readonly #agents = new Tally('agents');
  readonly #types = new Tally('types');
  readonly #clients = new Tally('clients');
  #requests = 0;
  #unanswered = 0;
  #clientErrors = 0;
  #serverErrors = 0;
  #bytes = 0;

  take(_log: string, get: Get): void {
    const [host, uri] = [get('host') as string | null, get('uri') as string | null];
    const [method, agent] = [get('method') as string | null, get('user_agent') as string | null];
    const [status, phrase] = [get('status_code') as number | null, get('status_msg') as string | null];
    const client = String(get('id.orig_h'));
    this.#requests++;
    if (status === null) this.#unanswered++;
    else if (status >= SERVER_ERROR) this.#serverErrors++;
    else if (status >= ERROR) this.#clientErrors++;
    this.#bytes += Number(get('request_body_len') ?? 0) + Number(get('response_body_len') ?? 0);
    this.#hosts.add(host, is('http.host', host));
    const page = uri === null ? null : `${host ?? ''}${uri}`;
    const ofPage = [host === null ? null : is('http.host', host), is('http.request.uri', uri)]
      .filter(Boolean)
      .join(' && ');
    this.#uris.add(page, ofPage);
    if (status !== null && status >= ERROR)
      this.#failed.add(page === null ? null : `${page} ${status}`, ofPage);
    this.#statuses.add(
      status === null ? 'no answer' : `${status} ${phrase ?? ''}`.trim(),
      status === null ? null : `http.response.code == ${status}`,
    );
    this.#methods.add(method, is('http.request.method', method));
    this.#agents.add(agent, is('http.user_agent', agent));
    this.#clients.add(client, `http && ${client.includes(':') ? 'ipv6' : 'ip'}.src == ${client}`);
    for (const type of (get('resp_mime_types') ?? []) as readonly string[]) this.#types.add(type);
  }

  answer(): Pick<Overview, 'figures' | 'tables'> {
    return {
      figures: [
        { name: 'requests', value: this.#requests, unit: 'count' },
        { name: 'client_errors', value: this.#clientErrors, unit: 'count' },
        { name: 'server_errors', value: this.#serverErrors, unit: 'count' },
        { name: 'unanswered', value: this.#unanswered, unit: 'count' },
        { name: 'bodies', value: this.#bytes, unit: 'bytes' },
      ],
      tables: [
        this.#hosts.table(),
        this.#uris.table(),
        this.#failed.table(),
        this.#statuses.table(),
        this.#methods.table(),
        this.#agents.table(),
        this.#types.table(),
        this.#clients.table(),
      ],
    };
  }
}
