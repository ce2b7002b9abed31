// Types of honeypot events, and their serialisation in the Elastic Common Schema (ECS 8).
import { type MeshStamp, meshTimeOf } from '../mesh-time/index.ts';

export type EventType =
  | 'connect'
  | 'fingerprint'
  | 'login'
  | 'command'
  | 'request'
  | 'query'
  | 'upload'
  | 'download'
  | 'payload'
  | 'disconnect'
  | 'refused';

export interface Happening {
  readonly type: EventType;
  readonly user?: string;
  readonly password?: string;
  /** Of a password that the protocol does not send: its hash, with the salt. */
  readonly hash?: string;
  readonly isSuccess?: boolean;
  readonly command?: string;
  readonly method?: string;
  readonly url?: string;
  readonly agent?: string;
  /** SHA-256 in hexadecimal, and size, of a file left here. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly path?: string;
  /** First bytes of an unrecognised payload, in hexadecimal. */
  readonly data?: string;
  /** Client fingerprint: HASSH, an MD5 of an SSH client's offer. */
  readonly fingerprint?: string;
  readonly reason?: string;
  readonly seconds?: number;
  /** Number of refused connections. */
  readonly visits?: number;
}

/** Fields common to all events of a visit. */
export interface VisitFacts {
  readonly session: string;
  /** '' and 0 if the event concerns several visitors. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly address: string;
  readonly port: number;
  /** Default: tcp. */
  readonly transport?: 'tcp' | 'udp';
}

export interface HoneypotEvent extends Happening, VisitFacts {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same in mesh time; null if no peer runs. */
  readonly meshTime: MeshStamp | null;
  readonly protocol: string;
}

const CATEGORIES: Readonly<Record<EventType, readonly [category: string, type: string]>> = {
  connect: ['network', 'start'],
  fingerprint: ['network', 'info'],
  login: ['authentication', 'start'],
  command: ['process', 'start'],
  request: ['web', 'access'],
  query: ['network', 'protocol'],
  upload: ['file', 'creation'],
  download: ['network', 'denied'],
  payload: ['network', 'info'],
  disconnect: ['network', 'end'],
  refused: ['network', 'denied'],
};

/** The ECS category and type of each event, as JSON text. */
const KINDS = Object.fromEntries(
  Object.entries(CATEGORIES).map(([event, [category, type]]) => [
    event,
    `"event.category":["${category}"],"event.type":["${type}"]`,
  ]),
) as Readonly<Record<EventType, string>>;

/** The event as an ECS object; fields without a value are omitted. */
export function toEcs(event: HoneypotEvent): object {
  return JSON.parse(toEcsLine(event)) as object;
}

/** The event as a JSON line. @param visit result of `visitText`, computed once per visit */
export function toEcsLine(event: HoneypotEvent, visit = visitText(event)): string {
  return `${happeningText(event)},${visit}`;
}

export function visitText(facts: VisitFacts): string {
  return JSON.stringify(visitFields(facts)).slice(1);
}

function visitFields({
  session,
  sourceAddress,
  sourcePort,
  address,
  port,
  transport = 'tcp',
}: VisitFacts): object {
  return {
    'ecs.version': '8.17.0',
    'event.kind': 'event',
    'event.dataset': 'eyrie.honeypot',
    'network.transport': transport,
    'source.ip': sourceAddress || undefined,
    'source.port': sourcePort || undefined,
    'destination.ip': address,
    'destination.port': port || undefined,
    'eyrie.session': session,
  };
}

/** Builds the JSON by hand: most fields are absent, and JSON.stringify takes three times as long. */
function happeningText(event: HoneypotEvent): string {
  const { type, isSuccess, seconds, meshTime } = event;
  let text = `{"@timestamp":"${timeText(event.time)}",${KINDS[type]}`;
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined)
      text += `,"${name}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
  };
  const outcome = isSuccess ? 'success' : 'failure';
  add('event.action', type === 'login' ? `login.${isSuccess ? 'success' : 'failed'}` : type);
  add('event.outcome', isSuccess === undefined ? undefined : outcome);
  add('event.reason', event.reason);
  add('event.duration', seconds === undefined ? undefined : Math.round(seconds * 1e9));
  add('source.bytes', type === 'disconnect' ? event.bytes : undefined);
  add('network.protocol', event.protocol);
  add('user.name', event.user);
  add('process.command_line', event.command);
  const isWeb = type !== 'query';
  add(isWeb ? 'http.request.method' : 'eyrie.query.type', event.method);
  add(isWeb ? 'url.original' : 'eyrie.query.name', event.url);
  add('user_agent.original', event.agent);
  add('file.path', event.path);
  add('file.hash.sha256', event.sha256);
  add('file.size', type === 'upload' ? event.bytes : undefined);
  if (meshTime !== null) {
    const { mesh, time, uncertainty_ms } = meshTimeOf(meshTime);
    add('eyrie.mesh.name', mesh);
    add('eyrie.mesh.time', time);
    add('eyrie.mesh.uncertainty_ms', uncertainty_ms);
  }
  add('eyrie.password', event.password);
  add('eyrie.password_hash', event.hash);
  add('eyrie.payload', event.data);
  add('eyrie.fingerprint', event.fingerprint);
  add('eyrie.visits', event.visits);
  return text;
}

let lastMs = Number.NaN;
let lastText = '';

/** Caches the last result: many events share a millisecond. */
function timeText(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}

/** The event as one line of text for people. */
export function toLine(event: HoneypotEvent): string {
  const who = `${event.sourceAddress}:${event.sourcePort} ${event.protocol}`;
  switch (event.type) {
    case 'connect':
      return `${who} connected to port ${event.port}`;
    case 'fingerprint':
      return `${who} is a client with fingerprint ${event.fingerprint} (${quoted(event.agent)})`;
    case 'login':
      return `${who} login ${event.isSuccess ? 'let in' : 'refused'}: ${[quoted(event.user), ...secretOf(event)].join(' / ')}`;
    case 'command':
      return `${who} ran ${quoted(event.command)}`;
    case 'request':
    case 'query':
      return `${who} asked ${event.method}${event.url === undefined ? '' : ` ${quoted(event.url)}`}`;
    case 'upload':
      return `${who} left ${event.path ?? 'a file'}, ${event.bytes} bytes, SHA-256 ${event.sha256}`;
    case 'download':
      return `${who} wanted ${quoted(event.url)} fetched, which was not done`;
    case 'payload':
      return `${who} sent ${event.bytes} bytes: ${event.data}`;
    case 'disconnect':
      return `${who} left after ${event.seconds?.toFixed(1)} s${event.reason === undefined ? '' : ` (${event.reason})`}`;
    case 'refused':
      return `${event.sourceAddress || 'others'} ${event.visits} turned away${event.port === 0 ? '' : ` at port ${event.port}`} (${event.reason})`;
  }
}

/** Quotes untrusted text, so that it cannot control the terminal. */
function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}

/** None where the protocol has another proof, as a certificate. */
function secretOf({ password, hash }: HoneypotEvent): string[] {
  if (password !== undefined) return [quoted(password)];
  return hash === undefined ? [] : [`hash ${quoted(hash)}`];
}
