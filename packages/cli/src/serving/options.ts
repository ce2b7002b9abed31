// The flags that all HTTP servers share.
import type { Command } from 'commander';

/** The section of the configuration with the defaults of these flags. */
export type ServingSection = 'ui' | 'analyzer';

export interface ServingOptions {
  readonly host?: string;
  readonly port?: string;
  readonly token?: string;
  readonly allowHost?: string[];
}

const all = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds the flags; `port` is the default port of the configuration. */
export function addServingOptions(command: Command, section: ServingSection, port: number): Command {
  return command
    .option(
      '--host <address>',
      `address to listen on; beyond this machine a token is needed (default: ${section}.host, 127.0.0.1)`,
    )
    .option('--port <number>', `TCP port; 0: any free port (default: ${section}.port, ${port})`)
    .option(
      '--token <text>',
      'token required of clients (or EYRIE_TOKEN); generated when listening beyond loopback',
    )
    .option('--allow-host <name>', 'accept requests to this host name; may be repeated', all);
}
