// The supported firewalls, front ends before the back ends that they manage.
import type { FirewallTool } from '../rules.ts';
import { firewalld } from './firewalld.ts';
import { nft } from './nft.ts';
import { pf } from './pf.ts';
import { ufw } from './ufw.ts';
import { netsh, powershell } from './windows.ts';

export const FIREWALL_TOOLS: readonly FirewallTool[] = [ufw, firewalld, nft, powershell, netsh, pf];

export function firewallNamed(name: string): FirewallTool | null {
  return FIREWALL_TOOLS.find((tool) => tool.name === name) ?? null;
}
