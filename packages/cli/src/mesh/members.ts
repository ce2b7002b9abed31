// Members and the authority: requests to a running peer.
import { readFileSync } from 'node:fs';
import type { FailureView, MemberView } from '@eyrie/mesh';
import { isPassphraseSealed, openWithPassphrase } from '@eyrie/mesh/sealed';
import { fileError, UserError } from '../errors.ts';
import { printable, printableLine } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import { durationText } from '../terminal/units.ts';
import { knownPassphrase } from './passphrase.ts';
import { ask, askAuthority, askMesh, readTime, readWhole } from './select.ts';

interface Common {
  peer?: string;
  json?: boolean;
}

const INVITED_ROLES = ['peer', 'coordinator', 'honeypot'];

export async function invite(
  options: Common & {
    name?: string;
    role: string;
    ttl: string;
    uses: string;
    approval?: boolean;
    knock?: boolean;
  },
): Promise<void> {
  const { name, role } = options;
  const needsApproval = options.approval === true || options.knock === true;
  const uses = readWhole(options.uses, '--uses', 100_000, 1);
  const ttlMs = readTime(options.ttl, '--ttl');
  if (ttlMs < 60_000 || ttlMs > 365 * 24 * 3_600_000)
    throw new UserError(`--ttl ${options.ttl}: from 1m to 365d`);
  if (!INVITED_ROLES.includes(role))
    throw new UserError(
      `--role ${role}: there are ${INVITED_ROLES.join(', ').replace(/, (\w+)$/, ' or $1')}`,
    );
  const { token } = await askAuthority<{ token: string }>(options.peer, 'invite', {
    name,
    role,
    uses,
    ttlMs,
    needsApproval,
  });
  console.log(token);
  const good = needsApproval
    ? 'lets anyone ask to join'
    : `is good for ${uses === 1 ? 'one peer' : `${uses} peers`} within ${options.ttl}`;
  console.error(`This line ${good}: eyrie mesh join LINE${name === undefined ? '' : ` --name ${name}`}`);
}

export async function members(options: Common): Promise<void> {
  const all = await askMesh<MemberView[]>(options.peer, 'members');
  if (options.json === true) return console.log(JSON.stringify(all, null, 2));
  if (all.length === 0)
    return console.log(
      'The list of members comes with the first link, and there is none yet: eyrie mesh status',
    );
  const rows = all.map(({ id, role, status, key, addresses, revoked }) => [
    id,
    role,
    status,
    key.slice(0, 16),
    revoked === null ? addresses.join(' ') : printable(revoked.reason),
  ]);
  console.log(table([['PEER', 'ROLE', 'STATUS', 'KEY', 'WHERE'], ...rows]));
  const here = all.filter((member) => member.status === 'alive').length;
  console.log(`${here} of ${all.filter((member) => member.revoked === null).length} are here.`);
}

interface Branch {
  id: string;
  children: Branch[];
}

export async function tree(options: Common): Promise<void> {
  const root = await askMesh<Branch | null>(options.peer, 'tree');
  if (options.json === true) return console.log(JSON.stringify(root, null, 2));
  if (root === null) return console.log('Nobody is here.');
  console.log(root.id);
  for (const line of linesBelow(root, '')) console.log(line);
}

function linesBelow({ children }: Branch, indent: string): string[] {
  return children.flatMap((child, i) => {
    const isLast = i === children.length - 1;
    const below = linesBelow(child, `${indent}${isLast ? '   ' : '│  '}`);
    return [`${indent}${isLast ? '└─ ' : '├─ '}${child.id}`, ...below];
  });
}

export async function status(options: Common): Promise<void> {
  const answer = await ask<Record<string, unknown>>(options.peer, 'status');
  if (options.json === true) return console.log(JSON.stringify(answer, null, 2));
  const lines = {
    Peer: `${answer.id} of mesh ${answer.mesh}${answer.isAuthority === true ? ' (holds the authority)' : ''}`,
    Process: answer.pid,
    Listens: (answer.addresses as string[]).join(' '),
    Links: (answer.links as string[]).join(' ') || 'none',
    Here: `${answer.alive} of ${answer.members} members`,
    Unread: answer.unread,
    ...(answer.problem === null ? {} : { Problem: printableLine(String(answer.problem)) }),
    Certificate: certificateText(answer.certificateExpiresMs as number),
    'Root until': new Date(answer.authorityExpiresMs as number).toISOString().slice(0, 10),
  };
  for (const [name, value] of Object.entries(lines)) console.log(`${name.padEnd(13)}${value}`);
  const failures = answer.failures as FailureView[];
  if (failures.length > 0) console.log(`\nCannot reach\n${table(failures.map(failureRow))}`);
}

function certificateText(expiresMs: number): string {
  const until = `${new Date(expiresMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return Date.now() < expiresMs ? `until ${until}, renewed at half of its life` : `ended ${until}`;
}

function failureRow({ peer, address, reason, count, agoMs }: FailureView): string[] {
  const times = count === 1 ? '' : `, ${count} times`;
  return [`  ${peer || '?'}`, address, printableLine(reason), `${durationText(agoMs / 1000)} ago${times}`];
}

export async function pending(options: Common): Promise<void> {
  const all = await askAuthority<{ id: string; fingerprint: string; sinceMs: number }[]>(
    options.peer,
    'pending',
  );
  if (options.json === true) return console.log(JSON.stringify(all, null, 2));
  if (all.length === 0) return console.log('Nobody waits.');
  const rows = all.map(({ id, fingerprint, sinceMs }) => [
    id,
    fingerprint.slice(0, 32),
    new Date(sinceMs).toISOString(),
  ]);
  console.log(table([['PEER', 'KEY', 'SINCE'], ...rows]));
}

const DONE: Record<string, string> = {
  approve: 'is admitted',
  deny: 'is refused',
  allow: 'will be admitted when it applies',
  revoke: 'is revoked: all peers close their links with it',
  rotate:
    'There is a new root beside the old one. Peers renew by themselves; run "eyrie mesh ca retire" in two days.',
  retire: 'The old root is trusted no longer.',
};

/** The key is read here: it may lie where only the user at this terminal may read. */
export async function rotate({
  rootKey,
  now = false,
  ...options
}: Common & { rootKey?: string; now?: boolean }): Promise<void> {
  if (rootKey === undefined) return decide('rotate', { now }, options);
  let data: Buffer;
  try {
    data = readFileSync(rootKey);
  } catch (error) {
    throw fileError(rootKey, error);
  }
  const pem = isPassphraseSealed(data) ? openWithPassphrase(await knownPassphrase(), data) : data;
  await decide('rotate', { rootKey: pem.toString(), now }, options);
}

export async function decide(
  method: string,
  parameters: Record<string, string | boolean>,
  options: Common,
): Promise<void> {
  await askAuthority(options.peer, method, parameters);
  const who = parameters.id ?? parameters.who;
  console.log(who === undefined ? DONE[method] : `${who} ${DONE[method]}.`);
}
