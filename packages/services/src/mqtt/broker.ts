// A broker of our own (aedes): without TLS on loopback for whoever is on this machine, elsewhere over TLS for members of
// the mesh, told apart by their certificates.
//
//   loopback ──► anyone here: as this peer itself          reads all, orders
//   TLS ───────► certificate ─► judged as for a link ─► role ─► what it may read; it orders as the peer that it is
//
// Nothing longer than an order may be is buffered, and what clients publish reaches no other client.
import { createServer, type Server, type Socket } from 'node:net';
import { Duplex, pipeline } from 'node:stream';
import tls from 'node:tls';
import { credentialsOf, every, type Peer, type Role } from '@eyrie/mesh';
import type { Aedes, AuthenticateError, Client } from 'aedes';
import { Connections } from './connections.ts';
import { PacketBound } from './packet-bound.ts';
import { listenTo, MqttError, type Port, type PortEvents } from './port.ts';
import { Topics } from './topics.ts';

const CONNECTIONS_MAX = 256;
/** For TLS, and again for the first packet. */
const CONNECT_MS = 10_000;
/** Who reads nothing for so long is sent away: until then all others wait for it. */
const DRAIN_MS = 5_000;
/** How often it is looked whose certificate has ended meanwhile: until then it is who it was when it came. */
const JUDGE_MS = 30_000;
/** Patterns that one client may have subscribed to. */
const SUBSCRIPTIONS_MAX = 256;
/** An order in base64, with its topic and its JSON; nothing longer may come. The first packet only says who comes. */
const PACKET_BOUNDS = { firstBytesMax: 16 << 10, bytesMax: 288 << 10 };
const LOOPBACK = /^(127\.|::1$|localhost$)/;
/** MQTT 3.1.1 §3.2.2.3: not authorised. */
const NOT_AUTHORISED = 5;

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
}

interface Visitor {
  readonly id: string;
  readonly role: Role | 'local';
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** @throws MqttError if the port cannot be had */
export async function openBroker(
  peer: Peer,
  { host, port }: BrokerOptions,
  events: PortEvents,
): Promise<Port> {
  const { Aedes } = await import('aedes');
  const topics = new Topics(peer.standing.roster.mesh);
  const visitors = new WeakMap<object, Visitor>();
  const guests = new Set<Client>();
  const patterns = new WeakMap<Client, Set<string>>();
  const isOpen = isLoopback(host);
  const visitorOf = (client: Client | null): Visitor | null =>
    client === null ? null : (visitors.get(client.conn) ?? null);
  const judged = (client: Client): Visitor | string =>
    isOpen ? { id: peer.id, role: 'local' } : judge(peer, socketOf(client));
  /** Whoever comes under the name of another client ends its connection (MQTT 3.1.1 §3.1.4): only one's own. */
  const isTaken = (client: Client, { id }: Visitor) =>
    [...guests].some((other) => other.id === client.id && visitorOf(other)?.id !== id);
  /** Counted here, as all patterns of one packet are asked about before the first is taken. */
  const hasRoom = (client: Client, topic: string) => {
    const own = patterns.get(client) ?? new Set();
    patterns.set(client, own);
    return own.has(topic) || (own.size < SUBSCRIPTIONS_MAX && own.add(topic).has(topic));
  };
  const broker: Aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_MS,
    drainTimeout: DRAIN_MS,
    // Nothing is kept for who is away: it would grow without end. What counts is retained, or in the inbox of the peer.
    preConnect: (_client, packet, done) => {
      packet.clean = true;
      done(null, true);
    },
    authenticate: (client, _name, _password, done) => {
      const visitor = judged(client);
      const reason =
        typeof visitor === 'string'
          ? visitor
          : isTaken(client, visitor)
            ? 'its name is that of a client of another peer'
            : null;
      if (reason !== null) {
        peer.runtime.log('warn', 'MQTT client refused', { client: client.id, reason });
        const refusal = Object.assign(new Error(reason), { returnCode: NOT_AUTHORISED });
        return done(refusal as AuthenticateError, false);
      }
      visitors.set(client.conn, visitor as Visitor);
      done(null, true);
    },
    authorizePublish: (client, packet, done) => {
      const mayOrder = topics.inboxOf(packet.topic) !== null || packet.topic === topics.broadcast;
      if (client === null || (mayOrder && !packet.retain)) return done();
      done(new Error('only orders may be published here'));
    },
    // A pattern may cover more than may be read: so what is forwarded is judged, too.
    authorizeSubscribe: (client, subscription, done) => {
      const inbox = topics.inboxOf(subscription.topic);
      const visitor = visitorOf(client);
      const isFine = visitor !== null && (inbox === null || mayRead(visitor, inbox));
      done(null, isFine && hasRoom(client!, subscription.topic) ? subscription : null);
    },
    // What clients publish is for the gateway alone: others would take it for what a gateway says.
    authorizeForward: (client, packet) => {
      if ('clientId' in packet) return null;
      const inbox = topics.inboxOf(packet.topic);
      const visitor = visitorOf(client);
      return visitor !== null && (inbox === null || mayRead(visitor, inbox)) ? packet : null;
    },
  });
  broker.on('publish', (packet, client) => {
    const visitor = visitorOf(client);
    if (visitor === null || client === null) return;
    const who = { by: visitor.id, name: `${visitor.id} (${client.id})` };
    events.onOrder(packet.topic, Buffer.from(packet.payload), who);
  });
  broker.on('unsubscribe', (topics, client) => {
    for (const topic of topics) patterns.get(client)?.delete(topic);
  });
  broker.on('client', (client) => guests.add(client));
  broker.on('clientDisconnect', (client) => guests.delete(client));
  /** Who is revoked or in quarantine has no connection either, nor one whose certificate has ended. */
  const judgeAgain = () => {
    for (const client of isOpen ? [] : guests) {
      const visitor = judged(client);
      if (typeof visitor !== 'string') visitors.set(client.conn, visitor);
      else {
        peer.runtime.log('warn', 'MQTT client sent away', { client: client.id, reason: visitor });
        visitors.delete(client.conn);
        client.close();
      }
    }
  };
  const { standing } = peer;
  const ends = [
    listenTo(standing.onRoster, judgeAgain),
    listenTo(standing.measures.onChange, judgeAgain),
    isOpen ? () => {} : every(peer.runtime, JUDGE_MS, judgeAgain),
  ];
  broker.on('clientError', (client, error) =>
    peer.runtime.log('debug', 'MQTT client failed', { client: client?.id ?? '', message: error.message }),
  );
  const server = isOpen ? plainServer(broker) : secureServer(broker, peer, ends);
  await listen(server, host, port);
  const bound = server.address() as { port: number };
  setImmediate(events.onReady);
  const opened: Port = {
    place: `${isOpen ? 'mqtt' : 'mqtts'}://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
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

function mayRead({ id, role }: Visitor, inbox: string): boolean {
  return role !== 'peer' || id === inbox;
}

/** Who a client is by its certificate, or why it is nobody. */
function judge(peer: Peer, socket: tls.TLSSocket): Visitor | string {
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

/** With the certificate of the peer; who comes without one of the mesh is refused once it says CONNECT, with a reason. */
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

/** Of what the broker reads and writes, the socket below. */
const sockets = new WeakMap<object, Socket>();

function socketOf(client: Client): tls.TLSSocket {
  return sockets.get(client.conn) as tls.TLSSocket;
}

function handle(broker: Aedes, socket: Socket): void {
  const bounded = new PacketBound(PACKET_BOUNDS);
  const conn = Duplex.from({ readable: bounded, writable: socket });
  sockets.set(conn, socket);
  pipeline(socket, bounded, () => socket.destroy());
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
      // Out of descriptors: the next connection may be luckier.
      server.on('error', () => {});
      resolve();
    });
  });
}
