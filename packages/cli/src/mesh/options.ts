// The commands of the mesh. A command's code is loaded when it is called.
import type { Command } from 'commander';
import { EXAMPLE } from '../help.ts';
import { addLan } from './lan-options.ts';
import { addMembership } from './membership-options.ts';
import { addMail, addSealing } from './message-options.ts';

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
