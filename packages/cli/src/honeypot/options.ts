// `eyrie honeypot`: its flags and help.
import type { Command } from 'commander';

export function addHoneypotCommand(program: Command): void {
  const honeypot = program
    .command('honeypot')
    .description('run a honeypot, and record what visitors do')
    .option('--address <address>', 'address to listen on', '0.0.0.0')
    .option('--port <number>', 'port that detects the protocol of each connection; 0: none', '9999')
    .option('--ports <list>', 'ports for one protocol each: ssh=2222,http=8080')
    .option('--udp <list>', 'decoys over UDP, and ports for them: dns=5353,snmp')
    .option('--mesh <id>', 'also run this peer, and a decoy for peers of its mesh that are redirected')
    .option('--mesh-port <number>', 'the port of that decoy', '9998')
    .option('--folder <folder>', 'folder for its identity, sessions and files')
    .option('--logs <folder>', 'folder for honeypot.log, JSON lines with ECS field names', 'logs')
    .option('--syslog <host:port>', 'also send events to syslog over UDP')
    .option('--webhook <url>', 'also post events as JSON to this URL')
    .option('--json', 'events as JSON lines on standard output')
    .option('-q, --quiet', 'show no events')
    .addHelpText(
      'after',
      `
Protocols: ssh, telnet, http, http-proxy, tls, ftp, smtp, redis, mysql, postgresql, mssql, mqtt,
rdp, vnc, smb, modbus, git. Over UDP: dns, ntp, snmp, sip, ssdp, tftp; no answer is longer than
its request, so that forged requests flood nobody.
It opens no connections for visitors, executes nothing they upload, and needs no privileges.

Examples:
  eyrie honeypot
  eyrie honeypot --ports ssh=2222,telnet=2323,http=8080
  eyrie honeypot --udp dns=5353,snmp=1161,tftp=6969
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
    .description('list recorded sessions, newest last')
    .option('--folder <folder>', 'folder of the sessions')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  eyrie honeypot sessions --json')
    .action(async (_own, command: Command) => {
      const { listSessions } = await import('./sessions.ts');
      process.exitCode = await listSessions(command.optsWithGlobals());
    });

  honeypot
    .command('replay')
    .description('replay a session as the visitor saw it')
    .argument('<session>', 'name of the session, as `sessions` lists it, or a prefix')
    .option('--speed <number>', 'speed factor; 0: at once', '1')
    .addHelpText('after', '\nExample:\n  eyrie honeypot replay 20261121T143511 --speed 4')
    .action(async (session: string, _own, command: Command) => {
      const { replaySession } = await import('./sessions.ts');
      process.exitCode = await replaySession(session, command.optsWithGlobals());
    });

  honeypot
    .command('export')
    .description('export a session as an asciicast, or its packets as pcapng')
    .argument('<session>', 'name of the session, as `sessions` lists it, or a prefix')
    .argument('<file>', 'a new file: NAME.cast for asciinema, NAME.pcapng for eyrie read and tshark')
    .addHelpText('after', '\nExample:\n  eyrie honeypot export 20261121T143511 visit.pcapng')
    .action(async (session: string, file: string, _own, command: Command) => {
      const { exportSession } = await import('./sessions.ts');
      process.exitCode = await exportSession(session, file, command.optsWithGlobals());
    });
}
