// Infers from message sizes whether an SSH login succeeded, since the messages are encrypted. SERVICE_REQUEST and
// SERVICE_ACCEPT (RFC 4253 §10) hold the same name and so have the same size; USERAUTH_SUCCESS (RFC 4252 §5.1) holds
// one byte and is 16 bytes shorter, with all usual ciphers (blocks of 8 or 16 bytes).
import { type Packet, Tap } from '@eyrie/dissect';
import { endsOf, isFromClient, type ReaderMaker } from '../reader.ts';

const SHORTER = 16;
/** Server segments that only a working session produces: no login needs as many. */
const WORKING = 30;
const NEW_KEYS = '21';
/** Minimum of requests in a failed session: the service request and one attempt. */
const TRIES_MIN = 2;
const ANSWER_SIZES_MAX = 16;

interface Session {
  hasNewKeys: boolean;
  readonly clientSizes: number[];
  acceptSize: number;
  clientSegments: number;
  serverSegments: number;
  /** Counts by size of the server segments after SERVICE_ACCEPT: failure messages all have the same size. */
  readonly answers: Map<number, number>;
  isDecided: boolean;
}

const CODE = 'ssh.message_code';

export const sshReader: ReaderMaker = {
  protocols: ['ssh'],
  make(see) {
    const tap = new Tap(['ssh'], [CODE]);
    const make = (): Session => ({
      hasNewKeys: false,
      clientSizes: [],
      acceptSize: 0,
      clientSegments: 0,
      serverSegments: 0,
      answers: new Map(),
      isDecided: false,
    });

    function decide(p: Packet, session: Session, isSuccess: boolean): void {
      session.isDecided = true;
      see({
        kind: 'login',
        ...endsOf(p, isFromClient(p)),
        protocol: 'SSH',
        user: '',
        isSuccess,
        guess: 0,
        isInferred: true,
      });
    }

    return (p, layer) => {
      if (p.flow < 0 || p.tcpLayer < 0) return;
      const session = p.session.stateOf(p, 'detect.ssh', make);
      if (session.isDecided) return;
      if (!session.hasNewKeys) {
        tap.take(p, layer);
        session.hasNewKeys = tap.texts(CODE).includes(NEW_KEYS);
        return;
      }
      judge(p, session, p.segmentLength, () => decide(p, session, true));
    };
  },
};

function judge(p: Packet, session: Session, size: number, succeed: () => void): void {
  if (isFromClient(p)) {
    session.clientSegments++;
    if (session.clientSizes.length < 4) session.clientSizes.push(size);
    return;
  }
  session.serverSegments++;
  if (session.acceptSize === 0) {
    if (session.clientSizes.includes(size)) session.acceptSize = size;
    return;
  }
  const { answers } = session;
  if (answers.has(size) || answers.size < ANSWER_SIZES_MAX) answers.set(size, (answers.get(size) ?? 0) + 1);
  if (size === session.acceptSize - SHORTER && session.clientSegments >= TRIES_MIN) succeed();
  if (!session.isDecided && session.serverSegments >= WORKING) succeed();
}

/**
 * Call when the connection closes. Returns the number of failed logins: 0 if one succeeded, none was tried, or the
 * server's side was not captured. The first failure answers the query for methods (RFC 4252 §5.2).
 */
export function sshFailures(p: Packet): number {
  const session = p.session.knownState<Session>(p, 'detect.ssh');
  if (session === null || session.isDecided || !session.hasNewKeys) return 0;
  session.isDecided = true;
  return session.clientSegments >= TRIES_MIN && session.serverSegments >= TRIES_MIN
    ? Math.max(2, ...session.answers.values()) - 1
    : 0;
}
