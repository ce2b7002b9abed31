// Runs a honeypot until it is interrupted.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isSyslogTarget, isWebhookAddress } from '@eyrie/services/alerts';
import {
  type Door,
  decoyNamed,
  decoys,
  type ForwardOptions,
  forward,
  Honeypot,
  type HoneypotEvent,
  loadPersona,
  toEcs,
  toLine,
  type UdpDoor,
  udpDecoyNamed,
  udpDecoys,
} from '@eyrie/services/honeypot';
import { noMesh } from '@eyrie/services/mesh-time';
import { honeypotFolder } from '../base-folders.ts';
import { FAILED, listenProblem, UserError } from '../errors.ts';
import { interrupted, listenForInterrupt } from '../pipeline/interrupt.ts';
import { counted, grouped } from '../terminal/units.ts';
import { watchMesh } from '../time/mesh-watch.ts';
import type { OpenDecoy } from './mesh.ts';

const PORT_MAX = 65_535;
const LISTEN_OPTIONS = { host: 'with --address', port: 'with --port, --ports or --udp' };

export interface HoneypotCommandOptions extends ForwardOptions {
  readonly address: string;
  readonly port: string;
  readonly ports?: string;
  readonly udp?: string;
  readonly mesh?: string;
  readonly meshPort: string;
  readonly folder?: string;
  readonly logs: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function runHoneypot(options: HoneypotCommandOptions): Promise<number> {
  // What visitors leave behind is short-lived: let to itself, V8 would take a hundred megabytes more to look at it less often.
  setFlagsFromString('--semi-space-growth-factor=1');
  const udpDoors = udpDoorsOf(options);
  const doors = doorsOf(options, udpDoors.length > 0);
  const meshPort = portOf(options.meshPort);
  checkForward(options);
  if (options.mesh !== undefined) await checkPeer(options.mesh);
  const folder = honeypotFolder(options.folder);
  const forwarder = forward(options, (trouble) =>
    console.error(
      trouble === null
        ? 'The webhook takes events again.'
        : `Events cannot be posted to the webhook: ${trouble}`,
    ),
  );
  const show = options.quiet ? () => {} : printer(options.json === true);
  let meshNow = options.mesh === undefined ? watchMesh() : noMesh;
  const honeypot = new Honeypot({
    address: options.address,
    doors,
    udpDoors,
    persona: personaIn(folder),
    folder,
    log: join(options.logs, 'honeypot.log'),
    meshNow: () => meshNow(),
    onEvent: (event) => {
      show(event);
      forwarder.send(event);
    },
  });
  const interrupt = listenForInterrupt();
  await honeypot.listen().catch((error) => {
    const problem = listenProblem(error, LISTEN_OPTIONS);
    throw problem === null ? error : new UserError(problem, FAILED);
  });
  const shown = doors.map(({ decoy }, i) => `${honeypot.ports[i]} (${decoy?.name ?? 'any protocol'})`);
  udpDoors.forEach(({ decoy }, i) => void shown.push(`UDP ${honeypot.udpPorts[i]} (${decoy.name})`));
  console.error(`The honeypot listens on ${options.address}: ${shown.join(', ')}. Ctrl-C ends it.`);
  try {
    const guests =
      options.mesh === undefined ? null : await decoyFor(options.mesh, options.address, meshPort, honeypot);
    if (guests !== null) meshNow = guests.meshNow;
    await interrupted(interrupt);
    await guests?.stop();
  } finally {
    await honeypot.close();
    await forwarder.close();
    interrupt.end();
  }
  const { visits, refused, recorded, lost } = honeypot.counts;
  console.error(
    `${counted(visits, 'visit')}, ${grouped(refused)} turned away; ${counted(recorded, 'record')} written, ${grouped(lost)} lost.`,
  );
  return lost === 0 ? 0 : FAILED;
}

/** Before anything listens. @throws UserError */
async function checkPeer(id: string): Promise<void> {
  const { creation, selectPeer } = await import('../mesh/select.ts');
  selectPeer(id, undefined, creation(id));
}

/** Who has no mesh does not load it. */
async function decoyFor(mesh: string, address: string, port: number, { host }: Honeypot): Promise<OpenDecoy> {
  const { openMeshDecoy } = await import('./mesh.ts');
  return openMeshDecoy(mesh, address, port, host);
}

function doorsOf({ port, ports }: HoneypotCommandOptions, hasOthers: boolean): Door[] {
  const doors: Door[] = port === '0' ? [] : [{ port: portOf(port), decoy: null }];
  doors.push(...listed('--ports', ports, decoyNamed, decoys));
  if (doors.length === 0 && !hasOthers)
    throw new UserError('--port 0 without --ports or --udp leaves nothing to listen on');
  return doors;
}

function udpDoorsOf({ udp }: HoneypotCommandOptions): UdpDoor[] {
  return listed('--udp', udp, udpDecoyNamed, udpDecoys);
}

/** Parses a list of decoys with their ports: `ssh=2222,http`. */
function listed<D extends { readonly name: string; readonly port: number }>(
  option: string,
  list: string | undefined,
  named: (name: string) => D | null,
  all: readonly D[],
): { port: number; decoy: D }[] {
  const parts = (list ?? '').split(',').filter((each) => each !== '');
  return parts.map((part) => {
    const [name = '', number = ''] = part.split('=');
    const decoy = named(name);
    if (decoy === null) {
      const names = all.map((each) => each.name).join(', ');
      throw new UserError(`${option}: no decoy is called '${name}'; there are ${names}`);
    }
    return { port: number === '' ? decoy.port : portOf(number), decoy };
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= PORT_MAX) return port;
  throw new UserError(`'${text}' is not a port: a number up to ${PORT_MAX}`);
}

function checkForward({ syslog, webhook }: ForwardOptions): void {
  if (syslog !== undefined && !isSyslogTarget(syslog)) {
    throw new UserError(`--syslog takes HOST:PORT, not '${syslog}'`);
  }
  if (webhook !== undefined && !isWebhookAddress(webhook)) {
    throw new UserError(`--webhook takes an http or https address without a user, not '${webhook}'`);
  }
}

function personaIn(folder: string): ReturnType<typeof loadPersona> {
  try {
    return loadPersona(folder);
  } catch (error) {
    const reason = (error as Error).message;
    throw new UserError(
      `${folder}: its identity cannot be kept there (${reason}); choose another --folder`,
      FAILED,
    );
  }
}

function printer(isJson: boolean): (event: HoneypotEvent) => void {
  if (isJson) return (event) => console.log(JSON.stringify(toEcs(event)));
  return (event) => console.log(`${new Date(event.time).toISOString().slice(11, 19)} ${toLine(event)}`);
}
