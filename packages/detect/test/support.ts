// Events for tests, with what the test does not care about filled in.
import { type DetectEvent, type Finding, type FindingsOptions, RuleEngine } from '@eyrie/detect';

type Of<K extends DetectEvent['kind']> = Extract<DetectEvent, { kind: K }>;

export const START = 1_700_000_000;

const ENDS = { stream: 0, client: '10.0.0.1', clientPort: 40_000, server: '10.0.0.2', serverPort: 80 };

/** The findings of all rules over these events, in order of time. */
export function findingsOf(events: Iterable<DetectEvent>, options: FindingsOptions = {}): Finding[] {
  const engine = new RuleEngine(options);
  for (const event of events) engine.see(event);
  return engine.end();
}

/** Ids of the rules that spoke with this severity or a graver one. */
export function rulesOf(
  events: Iterable<DetectEvent>,
  least: readonly string[] = ['medium', 'high', 'critical'],
): string[] {
  return [
    ...new Set(
      findingsOf(events)
        .filter(({ severity }) => least.includes(severity))
        .map(({ rule }) => rule),
    ),
  ];
}

let frame = 0;
const seen = (after: number) => ({ time: START + after, frame: ++frame });

export function connection(
  step: Of<'connection'>['step'],
  after: number,
  of: Partial<Of<'connection'>>,
): DetectEvent {
  return { kind: 'connection', step, ...seen(after), ...ENDS, ...of };
}

/** An attempt and how it ended. */
export function attempt(
  result: 'refused' | 'completed' | 'silent' | 'dropped',
  after: number,
  of: Partial<Of<'connection'>>,
): DetectEvent[] {
  const asked = connection('asked', after, of);
  if (result === 'silent') return [asked];
  const answered = connection('answered', after, of);
  if (result === 'refused') return [asked, connection('refused', after, of)];
  return [asked, answered, connection(result, after, of)];
}

export function datagram(
  step: Of<'datagram'>['step'],
  after: number,
  of: Partial<Of<'datagram'>>,
): DetectEvent {
  return { kind: 'datagram', step, ...seen(after), ...ENDS, bytes: 100, ...of };
}

export function login(isSuccess: boolean, after: number, of: Partial<Of<'login'>> = {}): DetectEvent {
  return {
    kind: 'login',
    ...seen(after),
    ...ENDS,
    protocol: 'FTP',
    user: 'ana',
    isSuccess,
    guess: 0,
    isInferred: false,
    ...of,
  };
}

export function arp(isRequest: boolean, after: number, of: Partial<Of<'arp'>>): DetectEvent {
  const senderMac = of.senderMac ?? '02:00:00:00:00:01';
  return {
    kind: 'arp',
    ...seen(after),
    isRequest,
    frameSource: senderMac,
    frameDestination: isRequest ? 'ff:ff:ff:ff:ff:ff' : '02:00:00:00:00:99',
    senderAddress: '10.0.0.1',
    targetAddress: '10.0.0.99',
    ...of,
    senderMac,
  };
}

export function dns(isResponse: boolean, after: number, of: Partial<Of<'dns'>>): DetectEvent {
  return {
    kind: 'dns',
    ...seen(after),
    ...ENDS,
    serverPort: 53,
    id: 1,
    isResponse,
    name: 'www.example.com',
    type: 1,
    addresses: [],
    bytes: 60,
    ...of,
  };
}

export function icmp(
  message: Of<'icmp'>['message'],
  after: number,
  of: Partial<Of<'icmp'>> = {},
): DetectEvent {
  return {
    kind: 'icmp',
    ...seen(after),
    source: '10.0.0.1',
    destination: '10.0.0.2',
    message,
    ident: 1,
    sequence: 1,
    bytes: 56,
    hash: 7,
    holdsPacket: false,
    quoted: null,
    ...of,
  };
}

export function http(step: 'request' | 'response', after: number, of: Partial<Of<'http'>> = {}): DetectEvent {
  return {
    kind: 'http',
    step,
    ...seen(after),
    ...ENDS,
    method: step === 'request' ? 'GET' : '',
    uri: '/',
    userAgent: 'Mozilla/5.0',
    headers: [],
    body: '',
    status: step === 'response' ? 200 : 0,
    ...of,
  };
}

export function flow(after: number, of: Partial<Of<'flow'>['flow']> = {}): DetectEvent {
  return {
    kind: 'flow',
    flow: {
      stream: 0,
      transport: 'tcp',
      client: { address: '10.0.0.1', port: 40_000 },
      server: { address: '198.51.100.7', port: 443 },
      start: START + after,
      end: START + after + 1,
      toServer: { packets: 10, bytes: 900 },
      toClient: { packets: 10, bytes: 4000 },
      applications: ['tls'],
      serverName: null,
      tcp: { state: 'closed' },
      ...of,
    },
  };
}

/** What `make` gives for 0 to count − 1, in one list. */
export function times(
  count: number,
  make: (i: number) => DetectEvent | readonly DetectEvent[],
): DetectEvent[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}
