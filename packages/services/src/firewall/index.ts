export {
  blockListOf,
  type FoundSource,
  isAddress,
  isSeverity,
  protection,
  readBlocked,
  withoutCovered,
} from './addresses.ts';
export { listeningIn, serviceOf } from './listening.ts';
export { type FirewallTool, type Plan, type Rule, type Step, shellText, type Wanted } from './rules.ts';
export { sshdPorts } from './sshd-config.ts';
export { FIREWALL_TOOLS, firewallNamed } from './tools/index.ts';
export { isLoopback, type Listening, type LocalPeer, usedPorts } from './uses.ts';
