// The built-in broker (aedes): without TLS on loopback for local clients; elsewhere over TLS, for members of the mesh
// authenticated by their certificates.
//
//   loopback ──► anyone here: as this peer itself          reads all, orders
//   TLS ───────► certificate ─► checked as for a link ─► role ─► what it may read; it orders as the peer that it is
//
// Packets longer than an order are not buffered. Messages that clients publish reach the gateway only.
import { createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { credentialsOf, every, type Peer } from '@eyrie/mesh';
import type { Aedes, AedesOptions, AuthenticateError, Client } from 'aedes';
import { connectionOf } from './connection.ts';
import { Connections } from './connections.ts';
import { Guests, type Visitor } from './guests.ts';
import { listenTo, MqttError, type Port, type PortEvents } from './port.ts';
import { Topics } from './topics.ts';

const CONNECTIONS_MAX = 256;
/** Time limit for the TLS handshake, and again for the first packet. */
const CONNECT_MS = 10_000;
/** A client that does not drain its socket for this long is disconnected: all others wait for it. */
const DRAIN_MS = 5_000;
/** Interval for checking clients' certificates again, since they may expire or be revoked. */
const RECHECK_MS = 30_000;
/** Longest packets: an order in base64 with topic and JSON; the first packet only identifies the client. */
const PACKET_BOUNDS = { firstBytesMax: 16 << 10, bytesMax: 288 << 10 };
const LOOPBACK = /^(127\.|::1$|localhost$)/;
/** Connect return code "not authorized" (MQTT 3.1.1 §3.2.2.3). */
const NOT_AUTHORISED = 5;

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  /** Topic below which Home Assistant announces itself. */
  readonly discoveryPrefix?: string;
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** @throws MqttError if the port cannot be bound */
export async function openBroker(
  peer: Peer,
  { host, port, discoveryPrefix = '' }: BrokerOptions,
  events: PortEvents,
): Promise<Port> {
  const { Aedes } = await import('aedes');
  const isOpen = isLoopback(host);
  const guests = new Guests((client) =>
    isOpen ? { id: peer.id, role: 'local' } : identify(peer, socketOf(client)),
  );
  const topics = new Topics(peer.standing.roster.mesh);
  const rules = rulesFor(peer, guests, topics, `${discoveryPrefix}/status`);
  const broker: Aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_MS,
    drainTimeout: DRAIN_MS,
    ...rules,
  });
  handleEvents(broker, peer, guests, topics, events);
  const ends = isOpen ? [] : rechecking(peer, guests);
  const server = isOpen ? plainServer(broker) : secureServer(broker, peer, ends);
  try {
    await listen(server, host, port);
  } catch (error) {
    for (const end of ends) end();
    broker.close();
    throw error;
  }
  setImmediate(events.onReady);
  const bound = server.address() as { port: number };
  const place = `${isOpen ? 'mqtt' : 'mqtts'}://${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
  return portOf(broker, server, place, ends);
}

/** Authentication and authorisation of clients. */
function rulesFor(peer: Peer, guests: Guests, topics: Topics, announcement: string): Partial<AedesOptions> {
  return {
    // No persistent sessions: they would grow without bound. State is retained, and messages are in the peer's inbox.
    preConnect: (_client, packet, done) => {
      packet.clean = true;
      done(null, true);
    },
    authenticate: (client, _name, _password, done) => {
      const reason = guests.admit(client);
      if (reason === null) return done(null, true);
      peer.runtime.log('warn', 'MQTT client refused', { client: client.id, reason });
      const refusal = Object.assign(new Error(reason), { returnCode: NOT_AUTHORISED });
      done(refusal as AuthenticateError, false);
    },
    authorizePublish: (client, packet, done) => {
      if (client === null || (topics.isOrder(packet.topic) && !packet.retain)) return done();
      // Home Assistant announces itself, and would be disconnected each time; what it says goes nowhere.
      if (packet.topic !== announcement) return done(new Error('only orders may be published here'));
      packet.retain = false;
      done();
    },
    // A subscription may cover more than the client may read, so each message is checked, too.
    authorizeSubscribe: (client, subscription, done) => {
      const isFine = mayRead(guests.visitorOf(client), topics.inboxOf(subscription.topic));
      done(null, isFine && guests.hasRoom(client!, subscription.topic) ? subscription : null);
    },
    // Clients' messages go to the gateway only: others would take them for the gateway's.
    authorizeForward: (client, packet) => {
      if ('clientId' in packet) return null;
      return mayRead(guests.visitorOf(client), topics.inboxOf(packet.topic)) ? packet : null;
    },
  };
}

/** @param inbox the owner of the inbox; null: the topic is no inbox */
function mayRead(visitor: Visitor | null, inbox: string | null): boolean {
  return visitor !== null && (inbox === null || visitor.role !== 'peer' || visitor.id === inbox);
}

function handleEvents(broker: Aedes, peer: Peer, guests: Guests, topics: Topics, events: PortEvents): void {
  broker.on('publish', (packet, client) => {
    const visitor = guests.visitorOf(client);
    if (visitor === null || client === null || !topics.isOrder(packet.topic)) return;
    const orderer = { by: visitor.id, name: `${visitor.id} (${client.id})` };
    events.onOrder(packet.topic, Buffer.from(packet.payload), orderer);
  });
  broker.on('unsubscribe', (patterns, client) => guests.free(client, patterns));
  broker.on('client', (client) => guests.enter(client));
  broker.on('clientDisconnect', (client) => guests.leave(client));
  broker.on('clientError', (client, error) =>
    peer.runtime.log('debug', 'MQTT client failed', { client: client?.id ?? '', message: error.message }),
  );
}

/** Disconnects clients that are revoked, quarantined or expired. Returns functions that stop the checks. */
function rechecking(peer: Peer, guests: Guests): (() => void)[] {
  const recheck = () =>
    guests.recheck((client, reason) =>
      peer.runtime.log('warn', 'MQTT client sent away', { client: client.id, reason }),
    );
  const { standing } = peer;
  return [
    listenTo(standing.onRoster, recheck),
    listenTo(standing.measures.onChange, recheck),
    every(peer.runtime, RECHECK_MS, recheck),
  ];
}

function portOf(broker: Aedes, server: Server, place: string, ends: readonly (() => void)[]): Port {
  const opened: Port = {
    place,
    isConnected: true,
    dropped: 0,
    publish(topic, payload, { isRetained = false } = {}) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const packet = {
        cmd: 'publish',
        topic,
        payload: text,
        qos: 1,
        retain: isRetained,
        dup: false,
      } as const;
      broker.publish(packet, () => {});
    },
    async close(goodbye) {
      for (const end of ends) end();
      if (goodbye !== undefined) opened.publish(goodbye.topic, goodbye.payload, { isRetained: true });
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return opened;
}

/** The client's identity from its certificate, or why it is refused. */
function identify(peer: Peer, socket: tls.TLSSocket): Visitor | string {
  const certificate = socket.getPeerCertificate(false)?.raw ?? null;
  if (certificate !== null && peer.standing.isOwn(certificate)) return { id: peer.id, role: 'local' };
  const verdict = peer.standing.judge(certificate);
  if ('code' in verdict) return verdict.reason;
  return { id: verdict.id, role: peer.standing.roster.approved(verdict.id)!.role };
}

function plainServer(broker: Aedes): Server {
  const server = createServer((socket) => handle(broker, socket));
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

/** TLS server with the peer's certificate. Clients without a member's certificate are refused at CONNECT. */
function secureServer(broker: Aedes, peer: Peer, ends: (() => void)[]): tls.Server {
  const context = () => {
    const { privateKey, certificate } = credentialsOf(peer.standing);
    return { key: privateKey, cert: certificate ?? '' };
  };
  const server = tls.createServer(
    {
      ...context(),
      ...{
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        handshakeTimeout: CONNECT_MS,
      },
    },
    (socket) => handle(broker, socket),
  );
  server.maxConnections = CONNECTIONS_MAX;
  const connections = new Connections();
  server.on('connection', (socket) => connections.enter(socket));
  ends.push(listenTo(peer.standing.onCertificate, () => server.setSecureContext(context())));
  server.on('tlsClientError', () => {});
  return server;
}

/** The socket below each stream of the broker. */
const sockets = new WeakMap<object, Socket>();

function socketOf(client: Client): tls.TLSSocket {
  return sockets.get(client.conn) as tls.TLSSocket;
}

function handle(broker: Aedes, socket: Socket): void {
  const conn = connectionOf(socket, PACKET_BOUNDS);
  sockets.set(conn, socket);
  conn.on('error', () => socket.destroy());
  broker.handle(conn);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be had (${error.code ?? error.message})`;
      reject(new MqttError(`MQTT: port ${port} of ${host} ${why}: choose another`));
    });
    server.listen(port, host, () => {
      // Out of descriptors: keep listening.
      server.on('error', () => {});
      resolve();
    });
  });
}
