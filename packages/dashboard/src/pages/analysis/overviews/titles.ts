// Words for the figures and tables of the overviews.

export type OverviewName = 'dns' | 'http' | 'tls';

interface Titles {
  /** By the API's name; those without one are not shown. */
  figures: Readonly<Record<string, string>>;
  tables: Readonly<Record<string, Words>>;
  /** What is counted: shown where there is none of it. */
  nothing: string;
  why: string;
}

export interface Words {
  title: string;
  /** Beside the title: what the numbers are. */
  note?: string;
  /** Times are shown instead of counts. */
  isOfTimes?: boolean;
  /** Its lines are types of files: they lead to these. */
  isOfFiles?: boolean;
  /** Its lines lead to this page again, about that one alone. */
  narrows?: boolean;
}

export const TITLES: Readonly<Record<OverviewName, Titles>> = {
  dns: {
    figures: {
      questions: 'Queries',
      failed: 'Error responses',
      unanswered: 'Unanswered',
      median: 'Median response time',
      p95: '95th percentile',
    },
    tables: {
      names: { title: 'Names', note: 'queries' },
      failed: { title: 'Errors', note: 'responses' },
      unanswered: { title: 'Unanswered', note: 'queries' },
      slow: { title: 'Slowest responses', isOfTimes: true },
      servers: { title: 'Servers', note: 'queries, mean response time' },
      domains: { title: 'Domains', note: 'different names below' },
      codes: { title: 'Response codes' },
      types: { title: 'Record types' },
      clients: { title: 'Clients', narrows: true },
    },
    nothing: 'No DNS',
    why: 'Names are also asked for over TLS, HTTPS and QUIC, where they are seen only with the secrets.',
  },
  http: {
    figures: {
      requests: 'Requests',
      client_errors: 'Errors 4xx',
      server_errors: 'Errors 5xx',
      unanswered: 'Unanswered',
      bodies: 'Bodies',
    },
    tables: {
      hosts: { title: 'Hosts', note: 'requests' },
      uris: { title: 'URIs', note: 'requests' },
      failed: { title: 'Errors', note: 'responses of 400 and above' },
      statuses: { title: 'Status codes' },
      methods: { title: 'Methods' },
      agents: { title: 'User agents' },
      types: { title: 'Content types', note: 'by the first bytes', isOfFiles: true },
      clients: { title: 'Clients', narrows: true },
    },
    nothing: 'No HTTP/1',
    why: 'Requests over HTTP/2 and HTTP/3 are not counted here; http2 and http3 filter the packets.',
  },
  tls: {
    figures: {
      handshakes: 'Handshakes',
      established: 'Established',
      resumed: 'Resumed',
      old_versions: 'Older than TLS 1.2',
      expiring: 'Expiring within 30 days',
    },
    tables: {
      names: { title: 'Server names', note: 'handshakes' },
      certificates: { title: 'Certificates', note: 'by expiry' },
      versions: { title: 'Versions' },
      ciphers: { title: 'Cipher suites' },
      ja4: { title: 'Clients by JA4', note: 'with a name that each asked for' },
      applications: { title: 'Applications (ALPN)' },
      servers: { title: 'Servers' },
      alerts: { title: 'Alerts' },
    },
    nothing: 'No TLS',
    why: 'Handshakes of TLS and DTLS are counted, and those in QUIC.',
  },
};
