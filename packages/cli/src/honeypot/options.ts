// `eyrie honeypot`: its flags and help.
import type { Command } from 'commander';

export function addHoneypotCommand(program: Command): void {
  const honeypot = program
    .command('honeypot')
    .description('run a honeypot, and record what visitors do')
    .option('--address <address>', 'address to listen on', '0.0.0.0')
    .option('--port <number>', 'a port that recognises the protocol by itself; 0: none', '9999')
    .option('--ports <list>', 'ports for one protocol each: ssh=2222,http=8080')
    .option(
      '--mesh <id>',
      'be this peer of yours as well, and a decoy for peers of its mesh that are sent away',
    )
    .option('--mesh-port <number>', 'the port of that decoy', '9998')
    .option('--folder <folder>', 'where its identity, sessions and files are kept')
    .option('--logs <folder>', 'where honeypot.log is written, JSON lines in ECS field names', 'logs')
    .option('--syslog <host:port>', 'also to syslog, by UDP')
    .option('--webhook <url>', 'also posted as JSON')
    .option('--json', 'events as JSON lines on standard output')
    .option('-q, --quiet', 'show no events')
    .addHelpText(
      'after',
      `
Protocols: ssh, telnet, http, tls, ftp, smtp, redis, mysql, postgresql, mqtt, rdp, smb, modbus.
It opens no connections for visitors, runs nothing they bring, and needs no privileges.

Examples:
  eyrie honeypot
  eyrie honeypot --ports ssh=2222,telnet=2323,http=8080
  eyrie honeypot --mesh trap-1
  eyrie honeypot sessions
  eyrie honeypot replay 20261121T143511-7d884abd`,
    )
    .action(async (options) => {
      const { runHoneypot } = await import('./run.ts');
      process.exitCode = await runHoneypot(options);
    });

  honeypot
    .command('sessions')
    .description('list recorded visits, the newest last')
    .addHelpText('after', '\nExample:\n  eyrie honeypot sessions --json')
    .action(async (_own, command: Command) => {
      const { listSessions } = await import('./sessions.ts');
      process.exitCode = await listSessions(command.optsWithGlobals());
    });

  honeypot
    .command('replay')
    .description('replay a visit, as the visitor saw it')
    .argument('<session>', 'its name, as `sessions` lists it; a prefix is enough')
    .option('--speed <number>', 'speed factor; 0: at once', '1')
    .addHelpText('after', '\nExample:\n  eyrie honeypot replay 20261121T143511 --speed 4')
    .action(async (session: string, _own, command: Command) => {
      const { replaySession } = await import('./sessions.ts');
      process.exitCode = await replaySession(session, command.optsWithGlobals());
    });

  honeypot
    .command('export')
    .description('write one visit as an asciicast or its packets as pcapng')
    .argument('<session>', 'its name, as `sessions` lists it; a prefix is enough')
    .argument('<file>', 'a new file: NAME.cast for asciinema, NAME.pcapng for eyrie read and tshark')
    .addHelpText('after', '\nExample:\n  eyrie honeypot export 20261121T143511 visit.pcapng')
    .action(async (session: string, file: string, _own, command: Command) => {
      const { exportSession } = await import('./sessions.ts');
      process.exitCode = await exportSession(session, file, command.optsWithGlobals());
    });
}
