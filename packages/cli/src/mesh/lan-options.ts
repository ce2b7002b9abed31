// Broadcasts and tasks on the LAN: `eyrie master`, `eyrie node`.
import type { Command } from 'commander';

export function addLan(program: Command): void {
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
