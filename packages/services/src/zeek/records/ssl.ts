// ssl.log: the handshake of each TLS, DTLS or QUIC connection (https://docs.zeek.org/en/master/logs/ssl.html), with JA3, JA3S and
// JA4 as the packages of these names add them. It is logged once the connection is established, or when it ends before.
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type Certificate, CertificateLog } from './certificate-log.ts';
import { type LayerReader, type LogReader, type Logs, numberOf, type Seen, tapOf, textOf } from './log.ts';
import { HISTORY_MAX, withMessages } from './ssl-history.ts';

interface Handshake extends OfConn {
  version: number | null;
  cipher: string | null;
  curve: string | null;
  serverName: string | null;
  isResumed: boolean;
  lastAlert: string | null;
  nextProtocol: string | null;
  isEstablished: boolean;
  history: string;
  sessionId: string;
  readonly chain: Certificate[];
  readonly clientChain: Certificate[];
  /** Sides that encrypt. */
  readonly encrypts: [server: boolean, client: boolean];
  ja3: string | null;
  ja3s: string | null;
  ja4: string | null;
  isLogged: boolean;
}

const VERSIONS: Readonly<Record<number, string>> = {
  ...{
    0x0002: 'SSLv2',
    0x0300: 'SSLv3',
    0x0301: 'TLSv10',
    0x0302: 'TLSv11',
    0x0303: 'TLSv12',
    0x0304: 'TLSv13',
  },
  ...{ 0xfeff: 'DTLSv10', 0xfefd: 'DTLSv12', 0xfefc: 'DTLSv13' },
};
const TLS_1_3 = 0x0304;

const fingerprints = (chain: readonly Certificate[]): string[] => chain.map(({ fingerprint }) => fingerprint);

const columns: readonly Column<Handshake>[] = [
  ...connColumns,
  [
    'version',
    'string',
    ({ version }) => (version === null ? null : (VERSIONS[version] ?? `unknown-${version}`)),
  ],
  ['cipher', 'string', ({ cipher }) => cipher],
  ['curve', 'string', ({ curve }) => curve],
  ['server_name', 'string', ({ serverName }) => serverName],
  ['resumed', 'bool', ({ isResumed }) => isResumed],
  ['last_alert', 'string', ({ lastAlert }) => lastAlert],
  ['next_protocol', 'string', ({ nextProtocol }) => nextProtocol],
  ['established', 'bool', ({ isEstablished }) => isEstablished],
  ['ssl_history', 'string', ({ history }) => history],
  ['cert_chain_fps', 'vector[string]', (row) => chainOf(row, row.chain)],
  ['client_cert_chain_fps', 'vector[string]', (row) => chainOf(row, row.clientChain)],
  ['subject', 'string', ({ chain }) => chain[0]?.subject],
  ['issuer', 'string', ({ chain }) => chain[0]?.issuer],
  ['client_subject', 'string', ({ clientChain }) => clientChain[0]?.subject],
  ['client_issuer', 'string', ({ clientChain }) => clientChain[0]?.issuer],
  [
    'sni_matches_cert',
    'bool',
    ({ serverName, chain }) => (serverName === null ? null : chain[0]?.isFor(serverName)),
  ],
  ['ja3', 'string', ({ ja3 }) => ja3],
  ['ja3s', 'string', ({ ja3s }) => ja3s],
  ['ja4', 'string', ({ ja4 }) => ja4],
];

/** Unset where no certificates came; empty where only the other side sent some. */
function chainOf({ chain, clientChain }: Handshake, of: readonly Certificate[]): string[] | null {
  return chain.length + clientChain.length === 0 ? null : fingerprints(of);
}

export const sslLog: LogKind<Handshake> = { path: 'ssl', columns };

const CHANGE_CIPHER_SPEC = 20;
const APPLICATION_DATA = 23;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

/** Names of TLS fields, which DTLS has with a prefix of its own. */
function fieldsOf(prefix: 'tls' | 'dtls') {
  const hs = `${prefix}.handshake`;
  return {
    record: `${prefix}.record.content_type`,
    alert: `${prefix}.alert_message.desc`,
    type: `${hs}.type`,
    length: `${hs}.length`,
    // A fragment of TLS has no header of its own.
    fragment: prefix === 'dtls' ? `${hs}.fragment_length` : `${hs}.length`,
    version: `${hs}.version`,
    chosenVersion: `${hs}.extensions.supported_version`,
    cipher: `${hs}.ciphersuite`,
    curve: `${hs}.server_named_curve`,
    group: `${hs}.extensions_key_share_group`,
    serverName: `${hs}.extensions_server_name`,
    sessionId: `${hs}.session_id`,
    psk: `${hs}.extensions.psk.identity.selected`,
    alpn: `${hs}.extensions_alpn_str`,
    certificate: `${hs}.certificate`,
    ja3: `${hs}.ja3`,
    ja3s: `${hs}.ja3s`,
    ja4: `${hs}.ja4`,
  };
}

function readerOf(prefix: 'tls' | 'dtls'): LogReader {
  const f = fieldsOf(prefix);
  return {
    protocols: [prefix],
    make(logs) {
      const tap = tapOf([prefix], Object.values(f));
      const certificates = new CertificateLog(logs);
      return handshakeReader(logs, tap, f, certificates);
    },
  };
}

function handshakeReader(
  logs: Logs,
  tap: Tap,
  f: ReturnType<typeof fieldsOf>,
  certificates: CertificateLog,
): LayerReader {
  function write(row: Handshake): void {
    if (!row.isLogged) logs.write(sslLog, row);
    row.isLogged = true;
  }

  function clientHello(row: Handshake): void {
    row.serverName ??= textOf(tap, f.serverName);
    row.ja3 ??= textOf(tap, f.ja3);
    row.ja4 ??= textOf(tap, f.ja4);
    row.sessionId = tap.text(f.sessionId);
  }

  function serverHello(row: Handshake): void {
    row.version = numberOf(tap, f.chosenVersion) ?? numberOf(tap, f.version);
    row.cipher = tap.has(f.cipher) ? tap.nameOf(f.cipher) : null;
    if (tap.has(f.group)) row.curve = tap.nameOf(f.group);
    row.nextProtocol = textOf(tap, f.alpn);
    row.ja3s = textOf(tap, f.ja3s);
    const isSameSession = row.sessionId !== '' && tap.text(f.sessionId) === row.sessionId;
    row.isResumed = tap.has(f.psk) || (isSameSession && row.version !== TLS_1_3);
  }

  return (p, layer, seen) => {
    const row = handshakeOf(seen, write);
    // Without a beginning there is nothing more to learn.
    if (row.isLogged || row.history.length >= HISTORY_MAX) return;
    tap.take(p, layer);
    const records = tap.values(f.record).map(Number);
    // A fragment is not counted: the message comes when it is whole.
    const [lengths, pieces] = [tap.values(f.length), tap.values(f.fragment)];
    const messages = tap
      .values(f.type)
      .map(Number)
      .filter((_, i) => pieces.length === 0 || lengths[i] === pieces[i]);
    row.history = withMessages(row.history, records, messages, seen.isOrig);
    if (messages.includes(CLIENT_HELLO)) clientHello(row);
    if (messages.includes(SERVER_HELLO)) serverHello(row);
    if (tap.has(f.curve)) row.curve = tap.nameOf(f.curve);
    if (tap.has(f.alert)) row.lastAlert = tap.nameOf(f.alert).toLowerCase().replaceAll(' ', '_');
    const chain = seen.isOrig ? row.clientChain : row.chain;
    if (tap.has(f.certificate) && chain.length === 0)
      chain.push(...certificates.see(seen, tap.values(f.certificate) as Uint8Array[]));
    if (isEncrypting(records, row)) row.encrypts[seen.isOrig ? 1 : 0] = true;
    if (!row.encrypts[0] || !row.encrypts[1] || row.version === null) return;
    row.isEstablished = true;
    write(row);
  };
}

/** TLS 1.3 has a record of its own only for show (RFC 8446 §D.4); what it encrypts looks like application data. */
function isEncrypting(records: readonly number[], { version }: Handshake): boolean {
  return records.includes(CHANGE_CIPHER_SPEC) || (version !== null && records.includes(APPLICATION_DATA));
}

function handshakeOf({ conn, time }: Seen, end: (row: Handshake) => void): Handshake {
  const make = (): Handshake => ({
    ...{ conn, time, version: null, cipher: null, curve: null, serverName: null, isResumed: false },
    ...{ lastAlert: null, nextProtocol: null, isEstablished: false, history: '', sessionId: '' },
    ...{
      chain: [],
      clientChain: [],
      encrypts: [false, false],
      ja3: null,
      ja3s: null,
      ja4: null,
      isLogged: false,
    },
  });
  return conn.keep('ssl', make, end);
}

export const sslReaders: readonly LogReader[] = [readerOf('tls'), readerOf('dtls')];
