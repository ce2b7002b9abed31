// kerberos.log: each request for a ticket with its answer (https://docs.zeek.org/en/master/logs/kerberos.html).
import type { Packet, Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type Certificate, CertificateLog } from './certificate-log.ts';
import { cipherNames, errorNames } from './kerberos-names.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Request extends OfConn {
  type: string | null;
  client: string | null;
  service: string | null;
  isSuccess: boolean | null;
  error: string | null;
  /** Seconds since 1970. */
  from: number | null;
  till: number | null;
  cipher: number | null;
  isForwardable: boolean | null;
  isRenewable: boolean | null;
  clientCertificate: Certificate | null;
}

const columns: readonly Column<Request>[] = [
  ...connColumns,
  ['request_type', 'string', ({ type }) => type],
  ['client', 'string', ({ client }) => client],
  ['service', 'string', ({ service }) => service],
  ['success', 'bool', ({ isSuccess }) => isSuccess],
  ['error_msg', 'string', ({ error }) => error],
  ['from', 'time', ({ from }) => from],
  ['till', 'time', ({ till }) => till],
  [
    'cipher',
    'string',
    ({ cipher }) => (cipher === null ? null : (cipherNames[cipher] ?? `unknown-${cipher}`)),
  ],
  ['forwardable', 'bool', ({ isForwardable }) => isForwardable],
  ['renewable', 'bool', ({ isRenewable }) => isRenewable],
  ['client_cert_subject', 'string', ({ clientCertificate }) => clientCertificate?.subject],
  ['client_cert_fuid', 'string', ({ clientCertificate }) => clientCertificate?.fuid],
  // The dissector does not open what a reply carries of PKINIT; neither does Wireshark's.
  ['server_cert_subject', 'string', () => null],
  ['server_cert_fuid', 'string', () => null],
];

export const kerberosLog: LogKind<Request> = { path: 'kerberos', columns };

/** RFC 4120 §7.5.7. */
const AS_REQ = 10;
const AS_REP = 11;
const TGS_REQ = 12;
const TGS_REP = 13;
const AP_REQ = 14;
const ERROR = 30;

/** Errors that begin an exchange rather than end it: the client asks again, with what proves who it is. */
const ASKS_AGAIN = new Set(['NEEDED_PREAUTH', 'Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ']);

const TYPE = 'kerberos.msg_type';
const REALM = 'kerberos.realm';
const CLIENT_REALM = 'kerberos.crealm';
const CLIENT_NAME = 'kerberos.CNameString';
const SERVICE_NAME = 'kerberos.SNameString';
const CIPHER = 'kerberos.etype';
const FORWARDABLE = 'kerberos.KDCOptions.forwardable';
const RENEWABLE = 'kerberos.KDCOptions.renewable';
const FIELDS = [
  ...[TYPE, REALM, CLIENT_REALM, CLIENT_NAME, SERVICE_NAME, CIPHER, FORWARDABLE, RENEWABLE],
  ...['kerberos.from', 'kerberos.till', 'kerberos.error_code', 'kerberos.e_text'],
];

interface State {
  row: Request | null;
}

export const kerberosReader: LogReader = {
  protocols: ['kerberos'],
  make(logs) {
    const tap = tapOf(['kerberos'], FIELDS);
    const certificates = new CertificateLog(logs, 'KRB');

    function end(state: State): void {
      if (state.row !== null) logs.write(kerberosLog, state.row);
      state.row = null;
    }

    return (p: Packet, layer, seen) => {
      tap.take(p, layer);
      const type =
        tap
          .values(TYPE)
          .map(Number)
          .find((each) => each !== AP_REQ) ?? numberOf(tap, TYPE);
      if (type === null) return;
      const state = seen.conn.keep('kerberos', (): State => ({ row: null }), end);
      if (type === AS_REQ || type === TGS_REQ) {
        // A repeated question is the same exchange; another type begins the next one.
        if (state.row !== null && state.row.type !== typeName(type)) end(state);
        state.row ??= begun(seen);
        readRequest(state.row, tap, type);
        state.row.clientCertificate ??= certificates.see(seen, certificateIn(p, layer))[0] ?? null;
      } else if (type === AS_REP || type === TGS_REP) {
        state.row ??= begun(seen);
        readReply(state.row, tap);
        end(state);
      } else if (type === ERROR) {
        if (ASKS_AGAIN.has(tap.text('kerberos.e_text'))) state.row = null;
        else {
          state.row ??= begun(seen);
          readError(state.row, tap);
          end(state);
        }
      } else if (type === AP_REQ) {
        state.row ??= begun(seen);
        readTicket(state.row, tap);
      }
    };
  },
};

function begun({ conn, time }: Seen): Request {
  return {
    ...{ conn, time, type: null, client: null, service: null, isSuccess: null, error: null, from: null },
    ...{ till: null, cipher: null, isForwardable: null, isRenewable: null },
    clientCertificate: null,
  };
}

function typeName(type: number): string {
  return type === AS_REQ ? 'AS' : 'TGS';
}

function readRequest(row: Request, tap: Tap, type: number): void {
  row.type = typeName(type);
  if (type === AS_REQ) row.client = `${nameIn(tap, CLIENT_NAME) ?? ''}/${textOf(tap, REALM) ?? ''}`;
  row.service = nameIn(tap, SERVICE_NAME) ?? row.service;
  row.from = secondsOf(tap, 'kerberos.from');
  row.till = secondsOf(tap, 'kerberos.till');
  if (!tap.has(FORWARDABLE)) return;
  row.isForwardable = tap.number(FORWARDABLE) !== 0;
  row.isRenewable = tap.number(RENEWABLE) !== 0;
}

function readReply(row: Request, tap: Tap): void {
  row.client ??= `${nameIn(tap, CLIENT_NAME) ?? ''}/${textOf(tap, CLIENT_REALM) ?? ''}`;
  row.service = nameIn(tap, SERVICE_NAME) ?? row.service;
  // That of the ticket; behind it comes the one of the part that the client opens.
  row.cipher = Number(tap.values(CIPHER).at(-2) ?? Number.NaN);
  if (Number.isNaN(row.cipher)) row.cipher = null;
  row.isSuccess = true;
}

function readError(row: Request, tap: Tap): void {
  const name = nameIn(tap, CLIENT_NAME);
  const realm = textOf(tap, CLIENT_REALM);
  if (name !== null || realm !== null) row.client ??= `${name === null ? '' : `${name}/`}${realm ?? ''}`;
  row.service = nameIn(tap, SERVICE_NAME) ?? row.service;
  row.isSuccess = false;
  const code = tap.number('kerberos.error_code');
  row.error = textOf(tap, 'kerberos.e_text') ?? errorNames[code] ?? `unknown-${code}`;
}

/** A ticket that is shown to a service, within the messages of its own protocol. */
function readTicket(row: Request, tap: Tap): void {
  row.type ??= 'AP';
  row.client ??= `/${textOf(tap, REALM) ?? ''}`;
  row.service ??= nameIn(tap, SERVICE_NAME);
  row.cipher ??= numberOf(tap, CIPHER);
}

/** That of a client that logs in without a password (RFC 4556 §3.2). */
function certificateIn(p: Packet, layer: number): Uint8Array[] {
  for (let at = layer + 1; at < p.count; at++)
    if (p.protocols[at]!.name === 'x509af') return [p.bufferOf(at).slice(p.start[at]!, p.stop[at]!)];
  return [];
}

/** RFC 4120 §5.2.2: a name has components. */
function nameIn(tap: Tap, field: string): string | null {
  return tap.has(field) ? tap.texts(field).join('/') : null;
}

function secondsOf(tap: Tap, field: string): number | null {
  const [value] = tap.values(field);
  // The epoch stands for no time (RFC 4120 §5.4.1).
  return typeof value === 'bigint' && value > 0n ? Number(value / 1000n) / 1e6 : null;
}
