// The list of all decoys, and the choice of one by the first payload.
import type { Visit } from '../visit.ts';
import { mysql, postgres } from './databases.ts';
import type { Decoy } from './decoy.ts';
import { git } from './git.ts';
import { http } from './http.ts';
import { ftp, smtp } from './lines.ts';
import { mssql } from './mssql.ts';
import { proxy } from './proxy.ts';
import { redis } from './redis.ts';
import { ssh } from './ssh.ts';
import { telnet } from './telnet.ts';
import { modbus, mqtt, rdp, smb } from './things.ts';
import { tlsDecoy } from './tls.ts';
import { vnc } from './vnc.ts';

/** Milliseconds of silence after which the SSH decoy greets the client. */
const SILENCE_MS = 5000;
/** Bytes reported of an unrecognised payload. */
const SHOWN_BYTES = 64;

/** Inside TLS the decoy always waits for the client: no server there speaks first. */
const tls = tlsDecoy(async (visit) => {
  const first = await visit.read();
  await serveFirst(visit, first, (each) => each.name !== 'tls');
});

/** In order of the test: the most specific signatures first. */
export const decoys: readonly Decoy[] = [
  ssh,
  tls,
  git,
  proxy,
  http,
  rdp,
  smb,
  mqtt,
  redis,
  postgres,
  mssql,
  vnc,
  telnet,
  smtp,
  ftp,
  modbus,
  mysql,
];

export function decoyNamed(name: string): Decoy | null {
  return decoys.find((each) => each.name === name) ?? null;
}

/** Serves all protocols on one port: the first payload decides. */
export async function serveByPayload(visit: Visit): Promise<void> {
  const first = await visit.readWithin(SILENCE_MS);
  if (first === null) await serve(ssh, visit);
  else await serveFirst(visit, first, () => true);
}

async function serveFirst(visit: Visit, first: Buffer, isOffered: (decoy: Decoy) => boolean): Promise<void> {
  visit.unread(first);
  const decoy = decoys.find((each) => isOffered(each) && each.recognises(first));
  if (decoy !== undefined) return serve(decoy, visit);
  visit.report({ type: 'payload', bytes: first.length, data: first.toString('hex', 0, SHOWN_BYTES) });
  visit.end();
}

export async function serve(decoy: Decoy, visit: Visit): Promise<void> {
  visit.protocol = decoy.name;
  await decoy.serve(visit);
}
