// The flags that all HTTP servers share.
import type { Command } from 'commander';

/** The section of the configuration that says where it listens unless flags do. */
export type ServingSection = 'ui' | 'analyzer';

export interface ServingOptions {
  readonly host?: string;
  readonly port?: string;
  readonly token?: string;
  readonly allowHost?: string[];
}

const all = (value: string, before: string[] = []): string[] => [...before, value];

/** `port`: what the configuration says unless it was written. */
export function addServingOptions(command: Command, section: ServingSection, port: number): Command {
  return command
    .option(
      '--host <address>',
      `address to listen on; beyond this machine a token is needed (default: ${section}.host, 127.0.0.1)`,
    )
    .option('--port <number>', `TCP port; 0 for any that is free (default: ${section}.port, ${port})`)
    .option(
      '--token <text>',
      'the token that clients need (or EYRIE_TOKEN); generated if it listens beyond loopback',
    )
    .option('--allow-host <name>', 'a host name that requests may be addressed to; may be repeated', all);
}
