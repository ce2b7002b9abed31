// What a visitor did, typed; and the same in the field names of the Elastic Common Schema (ECS 8).
import { type MeshStamp, meshTimeOf } from '../mesh-time/index.ts';

export type EventType =
  | 'connect'
  | 'fingerprint'
  | 'login'
  | 'command'
  | 'request'
  | 'upload'
  | 'download'
  | 'payload'
  | 'disconnect';

export interface Happening {
  readonly type: EventType;
  readonly user?: string;
  readonly password?: string;
  readonly isSuccess?: boolean;
  readonly command?: string;
  readonly method?: string;
  readonly url?: string;
  readonly agent?: string;
  /** SHA-256 in hexadecimal and bytes of what was left here. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly path?: string;
  /** The first bytes of what no decoy understood, in hexadecimal. */
  readonly data?: string;
  /** Of a client that can be told by it: HASSH, an MD5 of what an SSH client offers. */
  readonly fingerprint?: string;
  readonly reason?: string;
  readonly seconds?: number;
}

/** What is the same in all events of a visit. */
export interface VisitFacts {
  readonly session: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly address: string;
  readonly port: number;
}

export interface HoneypotEvent extends Happening, VisitFacts {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same by the clock that all peers share; null where none runs. */
  readonly meshTime: MeshStamp | null;
  readonly protocol: string;
}

const CATEGORIES: Readonly<Record<EventType, readonly [category: string, type: string]>> = {
  connect: ['network', 'start'],
  fingerprint: ['network', 'info'],
  login: ['authentication', 'start'],
  command: ['process', 'start'],
  request: ['web', 'access'],
  upload: ['file', 'creation'],
  download: ['network', 'denied'],
  payload: ['network', 'info'],
  disconnect: ['network', 'end'],
};

/** Fields without a value are left out. */
export function toEcs(event: HoneypotEvent): object {
  return { ...happeningFields(event), ...visitFields(event) };
}

/** The same as a line of JSON. `visit`: of `visitText`, made once for all events of a visit. */
export function toEcsLine(event: HoneypotEvent, visit = visitText(event)): string {
  return `${JSON.stringify(happeningFields(event)).slice(0, -1)},${visit}`;
}

export function visitText(facts: VisitFacts): string {
  return JSON.stringify(visitFields(facts)).slice(1);
}

function visitFields({ session, sourceAddress, sourcePort, address, port }: VisitFacts): object {
  return {
    'ecs.version': '8.17.0',
    'event.kind': 'event',
    'event.dataset': 'eyrie.honeypot',
    'network.transport': 'tcp',
    'source.ip': sourceAddress,
    'source.port': sourcePort,
    'destination.ip': address,
    'destination.port': port,
    'eyrie.session': session,
  };
}

function happeningFields(event: HoneypotEvent): object {
  const [category, type] = CATEGORIES[event.type];
  const shared = event.meshTime === null ? undefined : meshTimeOf(event.meshTime);
  const outcome = event.isSuccess === undefined ? undefined : event.isSuccess ? 'success' : 'failure';
  return {
    '@timestamp': new Date(event.time).toISOString(),
    'event.category': [category],
    'event.type': [type],
    'event.action': event.type === 'login' ? `login.${event.isSuccess ? 'success' : 'failed'}` : event.type,
    'event.outcome': outcome,
    'event.reason': event.reason,
    'event.duration': event.seconds === undefined ? undefined : Math.round(event.seconds * 1e9),
    'source.bytes': event.type === 'disconnect' ? event.bytes : undefined,
    'network.protocol': event.protocol,
    'user.name': event.user,
    'process.command_line': event.command,
    'http.request.method': event.method,
    'url.original': event.url,
    'user_agent.original': event.agent,
    'file.path': event.path,
    'file.hash.sha256': event.sha256,
    'file.size': event.type === 'upload' ? event.bytes : undefined,
    'eyrie.mesh.name': shared?.mesh,
    'eyrie.mesh.time': shared?.time,
    'eyrie.mesh.uncertainty_ms': shared?.uncertainty_ms,
    'eyrie.password': event.password,
    'eyrie.payload': event.data,
    'eyrie.fingerprint': event.fingerprint,
  };
}

/** For people: one line. */
export function toLine(event: HoneypotEvent): string {
  const who = `${event.sourceAddress}:${event.sourcePort} ${event.protocol}`;
  switch (event.type) {
    case 'connect':
      return `${who} connected to port ${event.port}`;
    case 'fingerprint':
      return `${who} is a client with fingerprint ${event.fingerprint} (${quoted(event.agent)})`;
    case 'login':
      return `${who} login ${event.isSuccess ? 'let in' : 'refused'}: ${quoted(event.user)} / ${quoted(event.password)}`;
    case 'command':
      return `${who} ran ${quoted(event.command)}`;
    case 'request':
      return `${who} asked ${event.method} ${quoted(event.url)}`;
    case 'upload':
      return `${who} left ${event.path ?? 'a file'}, ${event.bytes} bytes, SHA-256 ${event.sha256}`;
    case 'download':
      return `${who} wanted ${quoted(event.url)} fetched, which was not done`;
    case 'payload':
      return `${who} sent ${event.bytes} bytes: ${event.data}`;
    case 'disconnect':
      return `${who} left after ${event.seconds?.toFixed(1)} s${event.reason === undefined ? '' : ` (${event.reason})`}`;
  }
}

/** What came from outside never reaches the terminal as it is. */
function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}
