// What tests may use when the machine has it: other packet tools, and a folder of real captures.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The Debian package that brings a tool, where the two names differ. */
const debianPackages: Record<string, string> = {
  capinfos: 'wireshark-common',
  dumpcap: 'wireshark-common',
  editcap: 'wireshark-common',
  'firewall-cmd': 'firewalld',
  groff: 'groff-base',
  ip: 'iproute2',
  mergecap: 'wireshark-common',
  mosquitto_pub: 'mosquitto-clients',
  mosquitto_sub: 'mosquitto-clients',
  ndpiReader: 'libndpi-bin',
  nft: 'nftables',
  snmpget: 'snmp',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
};

/** True if `name` is an executable file somewhere in PATH. */
export function hasTool(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

/**
 * The `skip` of a test that needs another program: `test('…', { skip: requireTool('tshark') }, …)`.
 *
 * @returns false if the tool is there, else one line that says why the test is skipped and how to get the tool.
 * @throws if the tool is missing and EYRIE_REQUIRE_TOOLS is 1, as it is in CI: there a missing tool is a failure.
 */
export function requireTool(name: string): false | string {
  if (hasTool(name)) return false;
  const reason = `needs ${name}, which is not installed: apt-get install ${debianPackages[name] ?? name}`;
  if (process.env.EYRIE_REQUIRE_TOOLS === '1') throw new Error(reason);
  return reason;
}

/** The folder of real captures that are no part of the repository: EYRIE_CAPTURES, else ../shared/captures, else null. */
export function capturesFolder(): string | null {
  const folder = process.env.EYRIE_CAPTURES ?? join(root, '../shared/captures');
  return existsSync(folder) ? folder : null;
}

/** The `skip` of a test that reads `capturesFolder()`. */
export function requireCaptures(): false | string {
  if (capturesFolder() !== null) return false;
  return 'needs a folder of real captures: set EYRIE_CAPTURES to one';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
