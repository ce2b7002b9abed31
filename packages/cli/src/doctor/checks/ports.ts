// Can each service have its port? Tried, by listening on it for a moment.
import { createServer } from 'node:net';
import { eyrieHome, FolderStorage, isComplete, peerFolder } from '@eyrie/mesh';
import type { Config } from '@eyrie/services/config';
import { isLoopback, type Listening } from '@eyrie/services/firewall';
import { listeningNow, localPeers } from '../../firewall/machine.ts';
import { isRunning } from '../../mesh/running.ts';
import { type Finding, ok, warn, wrong } from '../check.ts';

/** The port of a honeypot unless another is configured. */
const HONEYPOT_PORT = 9999;

interface Wanted {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly option: string;
}

export async function portFindings(config: Config): Promise<Finding[]> {
  const running = listeningNow();
  const services: Wanted[] = (['ui', 'parser', 'persistor', 'analyzer'] as const).map((name) => ({
    ...{ name, host: config[name].host, port: config[name].port },
    option: `EYRIE_${name.toUpperCase()}_PORT`,
  }));
  const honeypot = { name: 'honeypot', host: '0.0.0.0', port: HONEYPOT_PORT, option: '--port' };
  const found = await Promise.all([...services, honeypot].map((wanted) => portFinding(wanted, running)));
  return [
    ...found,
    ...(await Promise.all(localPeers().map(({ id, host, port }) => peerPort(id, host, port)))),
  ];
}

async function portFinding(
  { name, host, port, option }: Wanted,
  running: readonly Listening[],
): Promise<Finding> {
  const check = `port ${port} (${name})`;
  const code = await listenCode(host, port);
  if (code === null) return ok(check, `is free on ${host}`);
  const owner = running.find((each) => each.protocol === 'tcp' && each.port === port);
  if (owner !== undefined) return ok(check, `is in use by eyrie ${owner.service}`);
  return wrong(
    check,
    reasonOf(code, host),
    `end what has it (ss -ltnp 'sport = :${port}'), or choose another: ${option}`,
  );
}

async function peerPort(id: string, host: string, port: number): Promise<Finding> {
  const check = `port ${port} (peer ${id})`;
  if (!isComplete(new FolderStorage(peerFolder(eyrieHome(), id))))
    return warn(
      `peer ${id}`,
      'waits for approval',
      'on the peer that holds the authority: eyrie mesh approve',
    );
  if (await isRunning(id)) return ok(check, 'the peer runs');
  if (port === 0) return ok(check, 'any free one, when it starts');
  const code = await listenCode(host, port);
  if (code === null) return warn(check, 'is free; the peer does not run', `eyrie mesh start ${id}`);
  return wrong(
    check,
    reasonOf(code, host),
    `end what has it, or give the peer another: eyrie peer ${id} --port N`,
  );
}

function reasonOf(code: string, host: string): string {
  if (code === 'EADDRINUSE') return 'is taken by another program';
  if (code === 'EACCES') return 'needs more rights: ports below 1024 are for root';
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine`;
  return isLoopback(host) ? `cannot be listened on (${code})` : `${host} cannot be listened on (${code})`;
}

/** Null: it could be listened on. */
function listenCode(host: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(null)));
  });
}
