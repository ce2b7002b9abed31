// Which namespaces an emulated network is made of: hosts on bridges, up to four each; every bridge on a router of its own;
// the routers on one in the middle. A tree, as in Mininet, and nothing of it touches the machine's own network.
//
//              core
//        ┌──────┴──────┐            10.78.b.0/30 each
//      branch 0      branch 1       bridge and router
//     ┌──┬──┬──┐    ┌──┬──┐         10.77.b.0/24 each
//     h0 h1 h2 h3   h4 h5 h6

const HOSTS_A_BRANCH = 4;
/** One /24 and one /30 a branch. */
export const HOSTS_MAX = 64;

export interface HostPlan {
  namespace: string;
  address: string;
  branch: number;
}

export interface BranchPlan {
  namespace: string;
  /** Of its bridge; where the hosts send what is for others. */
  gateway: string;
  subnet: string;
  /** On the way to the core. */
  uplink: string;
  coreAddress: string;
}

export interface NetworkPlan {
  core: string;
  branches: BranchPlan[];
  hosts: HostPlan[];
}

/** Names of namespaces tell whose they are: so what a crash left behind can be found, and nothing else is touched. */
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

/** The process that made a namespace of this name; null if it is none of ours. */
export function makerOf(namespace: string): number | null {
  const match = /^eyrie-lab-(\d+)-(core|[bh]\d+)$/.exec(namespace);
  return match === null ? null : Number(match[1]);
}
