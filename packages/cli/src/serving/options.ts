// The flags that all servers for browsers share.
import type { Command } from 'commander';

export interface ServingOptions {
  readonly host: string;
  readonly port: string;
  readonly token?: string;
  readonly allowHost?: string[];
}

const all = (value: string, before: string[] = []): string[] => [...before, value];

export function addServingOptions(command: Command, port: number): Command {
  return command
    .option('--host <address>', 'address to listen on; beyond this machine a token is needed', '127.0.0.1')
    .option('--port <number>', 'TCP port; 0 for any that is free', String(port))
    .option('--token <text>', 'what clients must know (or EYRIE_TOKEN); beyond loopback, one is made up')
    .option('--allow-host <name>', 'a name of this machine that requests may use; may be repeated', all);
}
