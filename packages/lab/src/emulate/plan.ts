// The topology of an emulated network: up to four hosts on a bridge, a router for each bridge, and a core router. It is a
// tree, as in Mininet, isolated from the machine's own network.
//
//              core
//        ┌──────┴──────┐            10.78.b.0/30 each
//      branch 0      branch 1       bridge and router
//     ┌──┬──┬──┐    ┌──┬──┐         10.77.b.0/24 each
//     h0 h1 h2 h3   h4 h5 h6

const HOSTS_A_BRANCH = 4;
/** One /24 and one /30 for each branch. */
export const HOSTS_MAX = 64;

export interface HostPlan {
  namespace: string;
  address: string;
  branch: number;
}

export interface BranchPlan {
  namespace: string;
  /** Address of the bridge: the hosts' default gateway. */
  gateway: string;
  subnet: string;
  /** Address towards the core. */
  uplink: string;
  coreAddress: string;
}

export interface NetworkPlan {
  core: string;
  branches: BranchPlan[];
  hosts: HostPlan[];
}

/** Names of namespaces contain the process, so that those that a crash left behind are found, and no others touched. */
export const PREFIX = 'eyrie-lab-';

export function planNetwork(pid: number, hostCount: number): NetworkPlan {
  const name = (part: string) => `${PREFIX}${pid}-${part}`;
  const branches = Array.from({ length: Math.ceil(hostCount / HOSTS_A_BRANCH) }, (_, b) => ({
    namespace: name(`b${b}`),
    gateway: `10.77.${b}.1`,
    subnet: `10.77.${b}.0/24`,
    uplink: `10.78.${b}.2`,
    coreAddress: `10.78.${b}.1`,
  }));
  const hosts = Array.from({ length: hostCount }, (_, h) => {
    const branch = Math.floor(h / HOSTS_A_BRANCH);
    return {
      namespace: name(`h${h}`),
      address: `10.77.${branch}.${10 + (h % HOSTS_A_BRANCH)}`,
      branch,
    };
  });
  return { core: name('core'), branches, hosts };
}

/** The process that made a namespace of this name; null if no emulation did. */
export function makerOf(namespace: string): number | null {
  const match = /^eyrie-lab-(\d+)-(core|[bh]\d+)$/.exec(namespace);
  return match === null ? null : Number(match[1]);
}
