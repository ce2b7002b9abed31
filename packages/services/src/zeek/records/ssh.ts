// ssh.log: the handshake of each SSH connection, and whether somebody got in
// (https://docs.zeek.org/en/master/logs/ssh.html), with HASSH as its package adds it.
import { hash } from 'node:crypto';
import type { Packet } from '@eyrie/dissect';
import { isLocal } from '../conn/local.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';
import { SoftwareLog } from './software.ts';

/** Lists of algorithms that a side offers, by field. */
type Offers = ReadonlyMap<string, readonly string[]>;

interface Handshake extends OfConn {
  client: string | null;
  server: string | null;
  clientOffers: Offers | null;
  serverOffers: Offers | null;
  hostKey: string | null;
  hassh: string | null;
  hasshServer: string | null;
  hasshAlgorithms: string | null;
  hasshServerAlgorithms: string | null;
  isSuccess: boolean | null;
  attempts: number;
  hasNewKeys: boolean;
  /** Sizes of the server's encrypted segments that accept the service, and refuse a login; 0: not seen. */
  acceptBytes: number;
  failureBytes: number;
  isLogged: boolean;
}

const KEX = 'ssh.kex_algorithms';
const HOST_KEY = 'ssh.server_host_key_algorithms';
const CIPHER = 'ssh.encryption_algorithms';
const MAC = 'ssh.mac_algorithms';
const COMPRESSION = 'ssh.compression_algorithms';
const WAYS = ['_client_to_server', '_server_to_client'] as const;
const OFFERS = [
  KEX,
  HOST_KEY,
  ...[CIPHER, MAC, COMPRESSION].flatMap((field) => WAYS.map((way) => field + way)),
];

const columns: readonly Column<Handshake>[] = [
  ...connColumns,
  ['version', 'count', ({ client, server }) => versionOf(client, server)],
  ['auth_success', 'bool', ({ isSuccess }) => isSuccess],
  ['auth_attempts', 'count', ({ attempts }) => attempts],
  ['direction', 'enum', ({ conn }) => directionOf(isLocal(conn.orig.host), isLocal(conn.resp.host))],
  ['client', 'string', ({ client }) => client],
  ['server', 'string', ({ server }) => server],
  ['cipher_alg', 'string', (row) => agreedBothWays(row, CIPHER)],
  ['mac_alg', 'string', (row) => agreedBothWays(row, MAC)],
  ['compression_alg', 'string', (row) => agreedBothWays(row, COMPRESSION)],
  ['kex_alg', 'string', (row) => agreed(row, KEX)],
  ['host_key_alg', 'string', (row) => agreed(row, HOST_KEY)],
  ['host_key_fingerprint', 'string', ({ hostKey }) => hostKey],
  [
    'hasshVersion',
    'string',
    ({ hassh, hasshServer }) => (hassh === null && hasshServer === null ? null : '1.1'),
  ],
  ['hassh', 'string', ({ hassh }) => hassh],
  ['hasshServer', 'string', ({ hasshServer }) => hasshServer],
  ['cshka', 'string', ({ clientOffers }) => clientOffers?.get(HOST_KEY)?.join(',')],
  ['hasshAlgorithms', 'string', ({ hasshAlgorithms }) => hasshAlgorithms],
  ['sshka', 'string', ({ serverOffers }) => serverOffers?.get(HOST_KEY)?.join(',')],
  ['hasshServerAlgorithms', 'string', ({ hasshServerAlgorithms }) => hasshServerAlgorithms],
];

export const sshLog: LogKind<Handshake> = { path: 'ssh', columns };

const CODE = 'ssh.message_code';
const BANNER = 'ssh.protocol';
const HOST_KEY_DATA = 'ssh.host_key.data';
const HASSH = [
  ...['ssh.kex.hassh', 'ssh.kex.hasshserver', 'ssh.kex.hassh_algorithms', 'ssh.kex.hasshserver_algorithms'],
];
const NEW_KEYS = 21;
/** USERAUTH_SUCCESS is that many bytes shorter than SERVICE_ACCEPT (RFC 4252 §5.1, RFC 4253 §10), padding included. */
const SHORTER = 16;

export const sshReader: LogReader = {
  protocols: ['ssh'],
  make(logs) {
    const tap = tapOf(['ssh'], [CODE, BANNER, HOST_KEY_DATA, ...OFFERS, ...HASSH]);
    const software = new SoftwareLog(logs);

    function write(row: Handshake): void {
      if (!row.isLogged) tellOf(row);
      row.isLogged = true;
    }

    function tellOf(row: Handshake): void {
      const { conn, time, client, server } = row;
      logs.write(sshLog, row);
      software.see('SSH::CLIENT', softwareIn(client), time, conn.orig.host);
      software.see('SSH::SERVER', softwareIn(server), time, conn.resp.host, conn.resp.port);
    }

    function inClear(row: Handshake, isClient: boolean): void {
      const banner = textOf(tap, BANNER);
      if (isClient) row.client ??= banner;
      else row.server ??= banner;
      if (tap.has(KEX)) {
        const offers = new Map(OFFERS.map((field) => [field, tap.text(field).split(',')] as const));
        if (isClient) row.clientOffers ??= offers;
        else row.serverOffers ??= offers;
      }
      row.hassh ??= textOf(tap, 'ssh.kex.hassh');
      row.hasshServer ??= textOf(tap, 'ssh.kex.hasshserver');
      row.hasshAlgorithms ??= textOf(tap, 'ssh.kex.hassh_algorithms');
      row.hasshServerAlgorithms ??= textOf(tap, 'ssh.kex.hasshserver_algorithms');
      const key = tap.values(HOST_KEY_DATA)[0];
      if (key instanceof Uint8Array)
        row.hostKey ??= `SHA256:${hash('sha256', key, 'base64').replace(/=+$/, '')}`;
      row.hasNewKeys ||= !isClient && tap.values(CODE).map(Number).includes(NEW_KEYS);
    }

    return (p, layer, seen) => {
      const row = handshakeOf(seen, write);
      if (row.isLogged) return;
      if (row.hasNewKeys && !seen.isOrig) {
        judge(p, row);
        if (row.isSuccess === true) write(row);
      } else if (!row.hasNewKeys) {
        tap.take(p, layer);
        inClear(row, seen.isOrig);
      }
    };
  },
};

/** What the server says under encryption, by its size: it accepts the service, then refuses logins until it grants one. */
function judge(p: Packet, row: Handshake): void {
  const bytes = p.segmentLength;
  if (agreedBothWays(row, COMPRESSION)?.startsWith('zlib') === true) return;
  if (row.acceptBytes === 0) row.acceptBytes = bytes;
  else if (bytes + SHORTER === row.acceptBytes) {
    row.isSuccess = true;
    row.attempts++;
  } else if (row.failureBytes === 0) row.failureBytes = bytes;
  else if (bytes === row.failureBytes) {
    row.isSuccess = false;
    row.attempts++;
  }
}

function handshakeOf({ conn, time }: Seen, end: (row: Handshake) => void): Handshake {
  const make = (): Handshake => ({
    ...{ conn, time, client: null, server: null, clientOffers: null, serverOffers: null, hostKey: null },
    ...{ hassh: null, hasshServer: null, hasshAlgorithms: null, hasshServerAlgorithms: null },
    ...{ isSuccess: null, attempts: 0, hasNewKeys: false, acceptBytes: 0, failureBytes: 0, isLogged: false },
  });
  return conn.keep('ssh', make, end);
}

/** RFC 4253 §4.2: `SSH-2.0-OpenSSH_9.2p1 Debian-2`. */
function softwareIn(banner: string | null): string | null {
  return banner?.replace(/^SSH-[^-]*-/, '') ?? null;
}

/** RFC 4253 §5.1: a server of 1.99 speaks 2.0 as well as 1. */
function versionOf(client: string | null, server: string | null): number | null {
  if (client === null || server === null) return null;
  const majors = (banner: string): number[] => {
    const [, version = ''] = banner.split('-');
    return version === '1.99' ? [1, 2] : [Number(version[0])];
  };
  return (
    majors(client)
      .filter((major) => majors(server).includes(major))
      .at(-1) ?? 0
  );
}

function directionOf(isFromLocal: boolean, isToLocal: boolean): string | null {
  if (isFromLocal === isToLocal) return null;
  return isFromLocal ? 'OUTBOUND' : 'INBOUND';
}

/** RFC 4253 §7.1: the first of the client's that the server has. */
function agreed({ clientOffers, serverOffers }: Handshake, field: string): string | null {
  if (clientOffers === null || serverOffers === null) return null;
  const known = serverOffers.get(field) ?? [];
  return clientOffers.get(field)?.find((name) => known.includes(name)) ?? 'Algorithm negotiation failed';
}

function agreedBothWays(row: Handshake, field: string): string | null {
  const [there, back] = WAYS.map((way) => agreed(row, field + way));
  return there === back ? there! : `To server: ${there}, to client: ${back}`;
}
