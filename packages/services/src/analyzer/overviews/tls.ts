// TLS at a glance: names asked for, versions, ciphers, fingerprints of clients, and certificates by when they end.
import type { Overview, OverviewItem } from '../schemas/index.ts';
import type { Get, Reader } from './overview.ts';
import { clipped, is, LINES_MAX, Tally } from './tally.ts';
import { alertFilter, certificateFilter, cipherFilter, versionFilter } from './tls-filters.ts';

/** Certificates distinguished. */
const CERTIFICATES_MAX = 20_000;
/** Deprecated versions (RFC 8996). */
const OLD = /^(SSL|TLSv1[01]$|DTLSv10)/;
const DAY_S = 86_400;
/** Renewal is due: the time that is left. */
const SOON_S = 30 * DAY_S;

interface Certificate {
  /** Hexadecimal; may be ''. */
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly until: number;
  /** Latest time that it was seen, seconds since 1970. */
  seen: number;
  count: number;
}

export class TlsOverview implements Reader {
  readonly logs = ['ssl', 'x509'];
  readonly #names = new Tally('names');
  readonly #versions = new Tally('versions');
  readonly #ciphers = new Tally('ciphers');
  readonly #ja4 = new Tally('ja4');
  readonly #applications = new Tally('applications');
  readonly #alerts = new Tally('alerts');
  readonly #servers = new Tally('servers');
  readonly #certificates = new Map<string, Certificate>();
  #handshakes = 0;
  #established = 0;
  #resumed = 0;
  #old = 0;

  take(log: string, get: Get): void {
    if (log === 'x509') this.#takeCertificate(get);
    else this.#takeHandshake(get);
  }

  #takeHandshake(get: Get): void {
    const text = (column: string) => get(column) as string | null;
    const [name, version, server] = [text('server_name'), text('version'), String(get('id.resp_h'))];
    this.#handshakes++;
    if (get('established') === true) this.#established++;
    if (get('resumed') === true) this.#resumed++;
    if (version !== null && OLD.test(version)) this.#old++;
    this.#names.add(name, is('tls.handshake.extensions_server_name', name));
    this.#versions.add(version?.replace(/v(\d)(\d)$/, ' $1.$2') ?? null, versionFilter(version));
    this.#ciphers.add(text('cipher'), cipherFilter(text('cipher')));
    this.#ja4.add(text('ja4'), is('tls.handshake.ja4', text('ja4')), { detail: name });
    this.#applications.add(
      text('next_protocol'),
      is('tls.handshake.extensions_alpn_str', text('next_protocol')),
    );
    this.#alerts.add(text('last_alert'), alertFilter(text('last_alert')));
    this.#servers.add(server, `tls && ${server.includes(':') ? 'ipv6' : 'ip'}.addr == ${server}`, {
      detail: name,
    });
  }

  answer(): Pick<Overview, 'figures' | 'tables'> {
    const certificates = [...this.#certificates.values()].sort((a, b) => a.until - b.until);
    return {
      figures: [
        { name: 'handshakes', value: this.#handshakes, unit: 'count' },
        { name: 'established', value: this.#established, unit: 'count' },
        { name: 'resumed', value: this.#resumed, unit: 'count' },
        { name: 'old_versions', value: this.#old, unit: 'count' },
        {
          name: 'expiring',
          value: certificates.filter(({ until, seen }) => until - seen < SOON_S).length,
          unit: 'count',
        },
      ],
      tables: [
        this.#names.table(),
        {
          name: 'certificates',
          distinct: certificates.length,
          is_whole: certificates.length < CERTIFICATES_MAX,
          items: certificates.slice(0, LINES_MAX).map(lineOf),
        },
        this.#versions.table(),
        this.#ciphers.table(),
        this.#ja4.table(),
        this.#applications.table(),
        this.#servers.table(),
        this.#alerts.table(),
      ],
    };
  }

  #takeCertificate(get: Get): void {
    const fingerprint = String(get('fingerprint'));
    const seen = Number(get('ts'));
    const known = this.#certificates.get(fingerprint);
    if (known !== undefined) {
      known.count++;
      known.seen = Math.max(known.seen, seen);
    } else if (this.#certificates.size < CERTIFICATES_MAX)
      this.#certificates.set(fingerprint, {
        serial: clipped(String(get('certificate.serial') ?? '')),
        subject: clipped(String(get('certificate.subject') ?? '')),
        issuer: clipped(String(get('certificate.issuer') ?? '')),
        until: Number(get('certificate.not_valid_after')),
        seen,
        count: 1,
      });
  }
}

/** `seconds`: what was left of its time when it was last seen; below 0 it was over. */
function lineOf({ serial, subject, issuer, until, seen, count }: Certificate): OverviewItem {
  return {
    text: subject === '' ? '(no subject)' : subject,
    count,
    seconds: until - seen,
    detail: issuer,
    until,
    filter: certificateFilter(serial),
  };
}
