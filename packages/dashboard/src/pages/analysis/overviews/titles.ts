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
}

export const TITLES: Readonly<Record<OverviewName, Titles>> = {
  dns: {
    figures: {
      questions: 'Questions',
      failed: 'Failed answers',
      unanswered: 'Without an answer',
      median: 'Median answer',
      p95: '95 % answered within',
    },
    tables: {
      names: { title: 'Names', note: 'questions' },
      failed: { title: 'Failed', note: 'answers' },
      slow: { title: 'Slowest answers', isOfTimes: true },
      servers: { title: 'Servers', note: 'questions, mean time' },
      domains: { title: 'Domains', note: 'different names below' },
      codes: { title: 'Answers' },
      types: { title: 'Record types' },
      clients: { title: 'Who asked' },
    },
    nothing: 'No DNS',
    why: 'Names are also asked for over TLS, HTTPS and QUIC, where they are seen only with the secrets.',
  },
  http: {
    figures: {
      requests: 'Requests',
      client_errors: 'Errors 4xx',
      server_errors: 'Errors 5xx',
      unanswered: 'Without an answer',
      bodies: 'Bodies',
    },
    tables: {
      hosts: { title: 'Hosts', note: 'requests' },
      uris: { title: 'Pages', note: 'requests' },
      failed: { title: 'Failed', note: 'answers of 400 and above' },
      statuses: { title: 'Status' },
      methods: { title: 'Methods' },
      agents: { title: 'User agents' },
      types: { title: 'Content', note: 'by its first bytes', isOfFiles: true },
      clients: { title: 'Who asked' },
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
      expiring: 'Certificates due in 30 days',
    },
    tables: {
      names: { title: 'Server names', note: 'handshakes' },
      certificates: { title: 'Certificates', note: 'by when they end' },
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
