// The commands of the mesh: membership, start and stop, messages. A command's code is loaded when it is called.
import { type Command, Option } from 'commander';

const EXAMPLE = '\nExample:\n  ';

export function addMeshCommands(program: Command): void {
  addMembership(
    program
      .command('mesh')
      .description('create a mesh, invite, join, approve, revoke, look at it')
      .addHelpText(
        'after',
        `
Examples:
  eyrie mesh init home && eyrie mesh start    the first peer, which holds the authority
  eyrie mesh invite                           a line for another machine: eyrie mesh join LINE
  eyrie mesh create lab-2                     or one more peer on this machine
  eyrie mesh top

With several peers of one mesh on this machine, a command finds the one it needs: the holder of the
authority, or any that runs. Otherwise choose one with --peer or EYRIE_PEER.`,
      ),
  );
  addMail(program);
  addSealing(program);
  addLan(program);
  addRoles(program);
  addQuery(program);
}

function addRoles(program: Command): void {
  const role = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('[id]', 'its name; without it, the only peer of this user')
      .option('--host <address>', 'listen on this address instead of the one it was made with')
      .option('--port <number>', 'listen on this port')
      .option('--interval <time>', 'interval of measuring this host: 500ms, 1m, or seconds (10)')
      .option(
        '--watch <interface>',
        'what passes there may be compared with what other peers see (eyrie path)',
      )
      .option('--config <file>', 'eyrie.toml to read, instead of the usual places')
      .option('--json', 'log as JSON lines')
      .option('--quiet', 'log only to the file');
  role('peer', 'run a peer in the foreground, until Ctrl-C')
    .addHelpText('after', `${EXAMPLE}eyrie peer test_peer_1`)
    .action(async (id: string | undefined, options) => {
      const { runForeground } = await import('./foreground.ts');
      process.exitCode = await runForeground(id, options);
    });
  role('coordinator', 'run a peer that logs the mesh and answers over HTTP (port 5001)')
    .option('--token <text>', 'token with which other machines may use the HTTP API (or EYRIE_TOKEN)')
    .addHelpText('after', `${EXAMPLE}eyrie mesh init home && eyrie coordinator`)
    .action(async (id: string | undefined, options) => {
      const { runCoordinator } = await import('./foreground.ts');
      process.exitCode = await runCoordinator(id, options);
    });
}

function addQuery(program: Command): void {
  program
    .command('query')
    .description('query the mesh: best peers for something, or aggregates of all')
    .argument('<query...>', 'the query; in quotes if it has < or >')
    .option('--peer <id>', 'the peer of this user to ask')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nExamples:
  eyrie query "3 peers where cpu.free >= 50% and storage.free > 20GB near peer_7 order by latency"
  eyrie query "count, avg(cpu.used), p95(memory.used) by role"

The query language, and how queries are answered: docs/queries.md.`,
    )
    .action(async (words: string[], options) => (await import('./query.ts')).query(words.join(' '), options));
}

function addMembership(mesh: Command): void {
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
    .description('stop peers of this user; the mesh is told that they leave')
    .argument('[id...]', 'their names; without one, all')
    .addHelpText('after', `${EXAMPLE}eyrie mesh stop`)
    .action(async (ids: string[]) => (await import('./process.ts')).stop(ids));
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
    .addHelpText('after', `${EXAMPLE}eyrie mesh top --sort memory`)
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
    'out at once: all peers close their links with it',
    'eyrie mesh revoke lab-7 --reason stolen',
  )
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

function addMail(program: Command): void {
  program
    .command('send')
    .description('send a message that only the receiver can read, now or later')
    .argument('<to>', 'the name of a peer')
    .argument('[text...]', 'the message; - takes standard input')
    .option(
      '--file <path>',
      'a file: a short text as the message, anything else is offered to the receiver and fetched',
    )
    .option('--topic <topic>', 'its topic, which policies match', 'message')
    .option('--wait <time>', 'how long to wait until it is delivered', '5s')
    .option('--peer <id>', 'which peer of this user sends')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie send lab-7 "the printer is on fire"`)
    .action(async (to: string, text: string[], options) => {
      process.exitCode = await (await import('./mail.ts')).send(to, text, options);
    });
  program
    .command('inbox')
    .description('show unread messages')
    .option('--all', 'include those read before')
    .option('--keep', 'leave them unread')
    .option('--peer <id>', 'whose inbox')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie inbox`)
    .action(async (options) => (await import('./mail.ts')).inbox(options));
  program
    .command('broadcast')
    .description('send a message to all peers, and print how many have it')
    .argument('<text...>', 'the message')
    .option('--peer <id>', 'which peer of this user sends')
    .option('--json', 'the count as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie broadcast "maintenance at noon"`)
    .action(async (text: string[], options) => {
      process.exitCode = await (await import('./mail.ts')).broadcast(text, options);
    });
  program
    .command('share')
    .description('offer a file to other peers; without one, list what is offered')
    .argument('[file]', 'the file; with --captures a folder')
    .option('--captures', 'each capture in a folder, to those named and to whom the policy allows "captures"')
    .option('--name <name>', 'the name under which it is offered (default: its own)')
    .option('--to <peer...>', 'only for these peers')
    .option('--stop <name>', 'stop offering it')
    .option('--peer <id>', 'which peer of this user offers it')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  eyrie share office.pcapng --to lab-7\n  eyrie share --captures ring --to lab-7`,
    )
    .action(async (file: string | undefined, options) => (await import('./files.ts')).share(file, options));
  program
    .command('get')
    .description('download a file that a peer offers, or resume a download')
    .argument('<peer/name>', 'the file; the name of a peer alone lists what it offers')
    .option('-o, --output <path>', 'where to put it; here unless given')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user gets it')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie get lab-7/office.pcapng`)
    .action(async (what: string, options) => {
      process.exitCode = await (await import('./files.ts')).get(what, options);
    });
}

function addSealing(program: Command): void {
  program
    .command('encrypt')
    .description('encrypt a text or file for a peer, or with a passphrase')
    .argument('[file]', 'the file; - or nothing is standard input')
    .option('--text <text>', 'this text instead of a file; the result is one line of text, to paste')
    .option(
      '--to <id>',
      'for this peer alone; without it, with a passphrase (asked for, or EYRIE_PASSPHRASE)',
    )
    .option('-o, --output <path>', 'where to put it; - or nothing is standard output')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user encrypts')
    .addHelpText(
      'after',
      `
Examples:
  eyrie encrypt plan.pdf --to lab-7 -o plan.pdf.eyrie
  eyrie encrypt --text "meet at six" --to lab-7`,
    )
    .action(async (file: string | undefined, options) =>
      (await import('./encrypt.ts')).encrypt(file, options),
    );
  program
    .command('decrypt')
    .description('decrypt what "eyrie encrypt" made, and print who sealed it')
    .argument('[file]', 'the file; - or nothing is standard input')
    .option('--text <text>', 'the line that "eyrie encrypt --text" printed, instead of a file')
    .option('-o, --output <path>', 'where to put it; - or nothing is standard output')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user decrypts')
    .addHelpText(
      'after',
      `
Examples:
  eyrie decrypt plan.pdf.eyrie -o plan.pdf
  eyrie decrypt --text RXlTMQ…`,
    )
    .action(async (file: string | undefined, options) =>
      (await import('./encrypt.ts')).decrypt(file, options),
    );
}

function addLan(program: Command): void {
  program
    .command('master')
    .description('broadcast a message to all nodes on the LAN, and print who has it')
    .argument('<text...>', 'the message')
    .option('--task <name>', 'the task to run: echo, report, capture, or one that the node defines')
    .option('--wait <time>', 'how long to wait for the results of a task', '10s')
    .option('--port <number>', 'UDP port of the nodes', '12345')
    .option('--multicast', 'to a multicast group instead of the broadcast address of each interface')
    .option('--plain', 'as plain text, for simple programs (nc -ul 12345): not sealed, not acknowledged')
    .option('--peer <id>', 'which peer of this user sends')
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie master "Hello, Nodes!"
  eyrie master --task report "how are you?"
  eyrie master --task capture 5              nodes with --capture record packets for 5 seconds
  eyrie master --plain "Hello, Nodes!"       needs no peer, here or there

Exit status: 0 every node that answered in the last 30 days has it, and has run the task; 1 if not.`,
    )
    .action(async (text: string[], options) => {
      process.exitCode = await (await import('./lan.ts')).master(text, options);
    });
  program
    .command('node')
    .description('listen for broadcasts on the LAN, and run the tasks they name')
    .option('--task <name=command...>', 'a task of your own: the command to run when a message names it')
    .option('--capture <interface>', 'allow the task "capture" on this interface (needs tcpdump)')
    .option('--port <number>', 'UDP port to listen on', '12345')
    .option('--multicast', 'also join the multicast group')
    .option('--plain', 'also show plain messages of simple programs')
    .option('--peer <id>', 'which peer of this user listens')
    .option('--json', 'messages as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  eyrie node --task disk="df -h /"     eyrie master --task disk "" runs it
  eyrie node --plain                   also without a peer, for plain messages only

The log is logs/node_ID.log in the folder of the user's peers (EYRIE_HOME).`,
    )
    .action(async (options) => {
      process.exitCode = await (await import('./lan.ts')).node(options);
    });
}
