// A coordinator: a peer that follows the root, so that it has every reading itself, logs the events of the
// mesh, and answers over HTTP, on the port of its links.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Companion, type Log, lookingMethods, type Peer } from '@eyrie/mesh';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../analyzer/errors.ts';
import { Guard } from '../analyzer/security.ts';
import { makeServer } from '../bus/server.ts';
import { type Ask, addMeshRoutes } from './routes.ts';

/** HTTP connections at a time; further ones are closed at once. */
const SOCKETS_MAX = 256;
/** Idle time of a socket. A server that does not listen itself has no default timeout: silent clients would stay. */
const SILENT_MS = 30_000;

export interface CoordinatorOptions {
  log: Log;
  /** Required from other machines; null: only this machine has access. */
  token: string | null;
}

export interface Coordinator extends Companion {
  /** Takes a connection that speaks HTTP. */
  takeSocket(socket: Socket): void;
}

export function startCoordinator(peer: Peer, { log, token }: CoordinatorOptions): Coordinator {
  watch(peer, log);
  peer.skyeye.keepRecords();
  const server = serverOf(peer, token);
  (server.server as Server).setTimeout(SILENT_MS);
  const sockets = new Set<Socket>();
  const ready = server.ready();
  return {
    methods: {},
    takeSocket(socket) {
      if (sockets.size >= SOCKETS_MAX) return void socket.destroy();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      void Promise.resolve(ready).then(() => (server.server as Server).emit('connection', socket));
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      void server.close();
    },
  };
}

/** Logs the events of the mesh. */
function watch(peer: Peer, log: Log): void {
  const { skyeye, directory } = peer;
  const updated = (id: string) => log('info', `Updated attributes for peer ${id}`);
  skyeye.support.onReading.push(({ id }) => {
    if (id !== peer.id) updated(id);
  });
  // The root gets no copy: its readings come from the tree itself.
  skyeye.core.below.readings.listen({
    touched: ({ id }) => {
      if (id !== peer.id && directory.tree.root === peer.id) updated(id);
    },
    removed: () => {},
  });
  directory.onChange.push((id, status, before) => {
    if (id === peer.id || status === before) return;
    if (status === 'alive') log('info', `Peer ${id} connected`);
    else if (status === 'dead') log('warn', `Peer ${id} disconnected due to timeout`);
    else log('info', `Peer ${id} ${status === 'left' ? 'left' : `is ${status}`}`);
  });
  skyeye.queries.onAnswered.push(({ question, asker, matched }) =>
    log('info', `Query answered for ${asker}`, { query: question, matched }),
  );
}

function serverOf(peer: Peer, token: string | null): FastifyInstance {
  const methods = lookingMethods(peer);
  const ask: Ask = async (method, parameters = {}) => methods[method]!(parameters);
  const server = makeServer(() => {
    const view = peer.skyeye.view();
    return {
      ok: true,
      id: peer.id,
      mesh: peer.standing.roster.mesh,
      peers: view?.peers ?? 0,
      alive: peer.directory.tree.size,
    };
  });
  const guard = new Guard({ token, hosts: [] });
  const local = new Guard({ token: null, hosts: [] });
  server.addHook('onRequest', async (request) => {
    const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(request.ip);
    if (!isLocal && token === null)
      throw new ApiError(
        'unauthorized',
        'only this machine may ask: start the coordinator with --token to open it',
      );
    const { headers, method, url, ip } = request;
    (isLocal ? local : guard).check({ headers, method, url, ip });
  });
  addMeshRoutes(server, ask);
  return server;
}
