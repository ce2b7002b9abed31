import { spanText } from '../addresses.ts';
import { Bounded } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

/** For how long a root must have stood, and how old its last message may be (max age, IEEE 802.1D §8.10.2). */
const STOOD_S = 30;
const MAX_AGE_S = 20;
const ROOTS_MAX = 64;
const VLANS_MAX = 4096;

interface Tree {
  root: string;
  since: number;
  seenAt: number;
  /** Roots that this network has had. */
  readonly known: Bounded<true>;
}

export const rogueBridge: Rule = {
  id: 'rogue-bridge',
  title: 'New root bridge (spanning tree takeover)',
  severity: 'medium',
  technique: IN_THE_MIDDLE,
  threshold: `a bridge that was not root before announces itself as root with a lower identifier than a root that has stood for ${STOOD_S} s and is still there`,
  source:
    'IEEE 802.1D §8.3.1: the lowest identifier becomes root, whoever has it; Yersinia claims one less than that of the root',
  exemptions:
    'The first root of a capture; roots that come back; successors of a root that fell silent, whose identifiers are higher.',
  advice:
    'Find the switch port of the MAC. Unless a switch was installed there, disable it; enable BPDU guard on the ports of hosts and root guard towards them.',
  watch(report) {
    const trees = new Bounded<Tree>(VLANS_MAX);
    return {
      bridge({ root, bridge, vlan, mac, time, frame }) {
        const tree = trees.for(String(vlan), () => ({
          ...{ root, since: time, seenAt: time },
          known: new Bounded<true>(ROOTS_MAX),
        }));
        const isKnown = tree.known.get(root) !== undefined;
        tree.known.set(root, true);
        if (root === tree.root) {
          tree.seenAt = time;
          return;
        }
        const before = tree.root;
        const stood = tree.seenAt - tree.since;
        const isAlive = Math.abs(time - tree.seenAt) <= MAX_AGE_S;
        // Bridges that have not heard of the new root still announce the old one for a moment.
        if (isAlive && root > before) return;
        Object.assign(tree, { root, since: time, seenAt: time });
        if (isKnown || !isAlive || bridge !== root || stood < STOOD_S) return;
        report({
          key: `${vlan} ${root}`,
          time,
          source: mac,
          target: vlan === 0 ? 'spanning tree' : `spanning tree of VLAN ${vlan}`,
          confidence: 0.7,
          summary: `${mac} announces itself as root bridge ${root}, in place of ${before}, which had stood for ${spanText(stood)}`,
          frames: [frame],
        });
      },
    };
  },
};
