// `eyrie logs`: its flags and help.
import type { Command } from 'commander';

export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description("write a capture's connections and messages as Zeek's log files")
    .argument('<file>', 'capture file, or - for standard input')
    .option('-w, --output <folder>', 'where the files go; it is made if need be', '.')
    .option(
      '--format <format>',
      'tsv, tab-separated with a header; json, a line each; eve, as Suricata',
      'tsv',
    )
    .option('--rules', 'apply intrusion rules, for notice.log, which takes twice as long')
    .option('--force', 'replace log files that are there already, all of them')
    .option('-R, --read-filter <filter>', 'only packets that pass this display filter')
    .option('-c, --count <number>', 'stop after reading this many packets')
    .option('--keylog <file>', 'open TLS with the secrets in this file, as SSLKEYLOGFILE makes it')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie logs office.pcapng -w logs
  eyrie logs office.pcapng -w logs --format json && jq .query logs/dns.log
  zcat old.pcap.gz | eyrie logs - -w logs --rules
  eyrie logs office.pcapng --format eve --rules && jq 'select(.alert).alert.signature' eve.json

Names, columns, types and values are Zeek's, so that zeek-cut, RITA and the add-ons of Splunk and
Elastic read them. A file is made with its first row. Ids are the same each time a file is read.
Logs: conn dce_rpc dhcp dnp3 dns files ftp http irc kerberos known_hosts known_services ldap
ldap_search modbus mqtt_* mysql notice ntlm ntp quic radius rdp rfb sip smb_files smb_mapping smtp
snmp socks software ssh ssl syslog tunnel weird x509. --format eve: one file, Suricata's eve.json,
of those that have such an event (docs/deploy.md).
Live traffic: [logs] in eyrie.toml (eyrie config --help).
Exit status: 0 done, 1 failed (damaged file, full disk), 2 called wrongly, 130 interrupted.`,
    )
    .action(async (file: string, options) => {
      const { writeLogs } = await import('./command.ts');
      process.exitCode = await writeLogs(file, options);
    });
}
