// `eyrie mesh …`: create, invite and join, start and stop, look at it, decide about peers.
import { type Command, Option } from 'commander';
import { EXAMPLE } from '../help.ts';

export function addMembership(mesh: Command): void {
  mesh
    .command('init')
    .description('create a mesh, and its first peer, which holds the authority')
    .argument('<mesh>', 'its name: lower-case letters, digits, dots and dashes')
    .option('--name <id>', 'the name of the first peer; the name of this host unless given')
    .option('--port <number>', 'where it listens', '5001')
    .option('--host <address>', 'the address it listens on; :: is all', '::')
    .option('--advertise <host:port...>', 'the address that others should dial, if it differs')
    .option(
      '--passphrase',
      'keep the key of the authority under a passphrase (asked for, or EYRIE_PASSPHRASE)',
    )
    .option(
      '--intermediate',
      'the root issues an authority that does the work; its own key can lie elsewhere',
    )
    .addHelpText('after', `${EXAMPLE}eyrie mesh init home && eyrie mesh start && eyrie mesh invite`)
    .action(async (name: string, options) => (await import('./found.ts')).init(name, options));
  mesh
    .command('invite')
    .description('print an invitation, one line with which a peer can join')
    .option('--name <id>', 'valid only for a peer of this name')
    .option('--role <role>', 'peer, coordinator or honeypot', 'peer')
    .option('--ttl <time>', 'lifetime: 15m, 24h, 7d', '24h')
    .option('--uses <number>', 'number of peers that may use it', '1')
    .option('--approval', 'anyone may apply with it, and waits for "eyrie mesh approve"')
    .addOption(new Option('--knock', 'the former name of --approval').hideHelp())
    .option('--peer <id>', 'the peer of this user to ask')
    .addHelpText('after', `${EXAMPLE}eyrie mesh invite --name lab-7 --ttl 1h`)
    .action(async (options) => (await import('./members.ts')).invite(options));
  mesh
    .command('join')
    .description('join a mesh by an invitation; safe to repeat')
    .argument('<invitation>', 'the line that "eyrie mesh invite" printed')
    .option('--name <id>', 'the name of this peer; the name of this host unless given')
    .option('--port <number>', 'where it listens; 0 takes a free port and keeps it', '0')
    .option('--host <address>', 'the address it listens on; :: is all', '::')
    .option('--advertise <host:port...>', 'the address that others should dial, if it differs')
    .option('--wait <time>', 'how long to wait for approval', '10m')
    .addHelpText('after', `${EXAMPLE}eyrie mesh join eyrie1-… --name lab-7`)
    .action(async (token: string, options) => (await import('./found.ts')).join(token, options));
  mesh
    .command('create')
    .description('create another peer on this machine, admitted by the authority that runs here')
    .argument('<id>', 'its name')
    .option('--port <number>', 'where it listens; 0 takes a free port and keeps it', '0')
    .option('--host <address>', 'the address it listens on; :: is all', '::')
    .option('--peer <id>', 'the peer that holds the authority, if there are more')
    .addHelpText('after', `${EXAMPLE}eyrie mesh create lab-8 && eyrie mesh start lab-8`)
    .action(async (id: string, options) => (await import('./found.ts')).create(id, options));
  addProcesses(mesh);
  addLooking(mesh);
  addDecisions(mesh);
}

function addProcesses(mesh: Command): void {
  mesh
    .command('start')
    .description('start peers of this user in the background')
    .argument('[id...]', 'their names; without one, all')
    .addHelpText('after', `${EXAMPLE}eyrie mesh start lab-7`)
    .action(async (ids: string[]) => (await import('./process.ts')).start(ids));
  mesh
    .command('stop')
    .description('stop peers of this user: the others learn it at once; they stay members')
    .argument('[id...]', 'their names; without one, all')
    .addHelpText('after', `${EXAMPLE}eyrie mesh stop`)
    .action(async (ids: string[]) => (await import('./process.ts')).stop(ids));
  mesh
    .command('leave')
    .description('end the membership of a peer of this user: its key is revoked, its name is free')
    .argument('[id]', 'its name, if there are more here')
    .option('--delete', 'delete its folder; otherwise it is kept under left/, with messages and files')
    .option('--force', 'also if the authority cannot be reached: it must be revoked later')
    .addHelpText('after', `${EXAMPLE}eyrie mesh leave lab-7`)
    .action(async (id: string | undefined, options) => (await import('./leave.ts')).leave(id, options));
  mesh
    .command('reload')
    .description('have peers read policy.toml and response.toml again, as SIGHUP does')
    .argument('[id...]', 'their names; without one, all that run')
    .addHelpText('after', `${EXAMPLE}eyrie mesh reload lab-7`)
    .action(async (ids: string[]) => (await import('./process.ts')).reload(ids));
  mesh
    .command('list')
    .description('list the peers of this user, and which of them run')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh list`)
    .action(async (options) => (await import('./process.ts')).list(options));
  mesh
    .command('unit')
    .description('print a systemd unit that runs a peer')
    .argument('[id]', 'its name')
    .addHelpText('after', `${EXAMPLE}eyrie mesh unit lab-7 > ~/.config/systemd/user/eyrie-lab-7.service`)
    .action(async (id: string | undefined) => (await import('./process.ts')).unit(id));
}

function addLooking(mesh: Command): void {
  mesh
    .command('members')
    .description('list the members, and which of them are alive')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh members`)
    .action(async (options) => (await import('./members.ts')).members(options));
  mesh
    .command('top')
    .description('show all peers and their readings as a live table: sort, filter, pause')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--interval <time>', 'interval of updates', '1s')
    .option('--sort <column>', 'a column of the table', 'cpu')
    .option('--once', 'print the table once (default where there is no terminal)')
    .option('--json', 'as JSON, once')
    .addHelpText('after', `${EXAMPLE}eyrie mesh top --sort mem`)
    .action(async (options) => {
      process.exitCode = await (await import('./top/command.ts')).top(options);
    });
  mesh
    .command('tree')
    .description('show the tree of the peers that are alive, and their links')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh tree`)
    .action(async (options) => (await import('./members.ts')).tree(options));
  mesh
    .command('status')
    .description('show one peer: its addresses, links and messages')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh status --peer lab-7`)
    .action(async (options) => (await import('./members.ts')).status(options));
}

/** A command about one peer, which the authority carries out. */
type Decide = (name: string, argument: string, description: string, example: string) => Command;

function addDecisions(mesh: Command): void {
  const decide: Decide = (name, argument, description, example) =>
    mesh
      .command(name)
      .description(description)
      .argument(argument)
      .option('--peer <id>', 'the peer of this user that holds the authority')
      .addHelpText('after', EXAMPLE + example);
  addAdmission(mesh, decide);
  addMeasures(mesh, decide);
  addRotation(mesh);
}

function addAdmission(mesh: Command, decide: Decide): void {
  mesh
    .command('pending')
    .description('list who waits for approval, with fingerprints to compare')
    .option('--peer <id>', 'the peer of this user that holds the authority')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh pending`)
    .action(async (options) => (await import('./members.ts')).pending(options));
  decide('approve', '<id>', 'approve a peer that waits', 'eyrie mesh approve lab-7')
    .option('--role <role>', 'peer, coordinator or honeypot', 'peer')
    .action(async (id: string, options) =>
      (await import('./members.ts')).decide('approve', { id, role: options.role }, options),
    );
  decide(
    'deny',
    '<id>',
    'refuse a peer that waits, and its key until "mesh allow KEY"',
    'eyrie mesh deny lab-7',
  ).action(async (id: string, options) => (await import('./members.ts')).decide('deny', { id }, options));
  decide(
    'allow',
    '<who>',
    'approve beforehand a name, or a key by 32 digits of its fingerprint; 16 if it waits or was denied',
    'eyrie mesh allow lab-9',
  ).action(async (who: string, options) => (await import('./members.ts')).decide('allow', { who }, options));
  decide(
    'revoke',
    '<id>',
    'remove a member for good: all peers close their links with it, and its key is void',
    'eyrie mesh revoke lab-7 --reason stolen',
  )
    .alias('remove')
    .option('--reason <text>', 'the reason, which all peers see', '')
    .action(async (id: string, options) =>
      (await import('./members.ts')).decide('revoke', { id, reason: options.reason }, options),
    );
}

function addMeasures(mesh: Command, decide: Decide): void {
  decide(
    'quarantine',
    '<id>',
    'no links for a peer, for a time: nothing of it is asked, answered or counted',
    'eyrie mesh quarantine lab-7 --for 10m --reason "floods queries"',
  )
    .option('--for <time>', 'how long: 90s, 10m, 24h, 30d at most', '10m')
    .option('--reason <text>', 'the reason, which all peers see', '')
    .option('--throttle', 'keep its links, but limit the rate of answers')
    .option('--redirect <host:port>', 'redirect it to this decoy (eyrie honeypot --mesh)')
    .action(async (id: string, options) => (await import('./measures.ts')).quarantine(id, options));
  decide('release', '<id>', 'end a quarantine before its time', 'eyrie mesh release lab-7')
    .option('--reason <text>', 'the reason, for the audit log', '')
    .action(async (id: string, options) => (await import('./measures.ts')).release(id, options));
  mesh
    .command('measures')
    .description('list the measures in force against peers, and when they end')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh measures`)
    .action(async (options) => (await import('./measures.ts')).measures(options));
  mesh
    .command('responses')
    .description('list the responses made or advised by policy (response.toml, audit.jsonl)')
    .option('--peer <id>', 'the peer of this user that holds the authority')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie mesh responses`)
    .action(async (options) => (await import('./measures.ts')).responses(options));
}

function addRotation(mesh: Command): void {
  const authority = mesh
    .command('ca')
    .description('change the root of the authority without interruption')
    .addHelpText('after', `${EXAMPLE}eyrie mesh ca rotate`);
  authority
    .command('rotate')
    .description('add a new root beside the old one; peers renew with it by themselves')
    .option('--peer <id>', 'the peer of this user that holds the authority')
    .option(
      '--root-key <file>',
      'the key of the root, of a mesh with an intermediate: another of these is made',
    )
    .option('--now', 'also soon after another: peers that have not renewed since are out until they ask anew')
    .addHelpText('after', `${EXAMPLE}eyrie mesh ca rotate`)
    .action(async (options) => (await import('./members.ts')).rotate(options));
  authority
    .command('retire')
    .description('stop trusting the old root: a day after rotate at the earliest')
    .option('--now', 'at once: peers that have not renewed yet are out until they ask for a new certificate')
    .option('--peer <id>', 'the peer of this user that holds the authority')
    .addHelpText('after', `${EXAMPLE}eyrie mesh ca retire`)
    .action(async (options) =>
      (await import('./members.ts')).decide('retire', { now: options.now === true }, options),
    );
}
