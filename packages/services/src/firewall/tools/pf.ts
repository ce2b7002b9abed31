// pf (macOS): an anchor below com.apple/*, which the default /etc/pf.conf evaluates, so that no system file is changed
// (pf.conf(5), "ANCHORS").
import { BLOCK, type FirewallTool, MARK, type Plan, type Rule, sshRules } from '../rules.ts';

const ANCHOR = `com.apple/${MARK}`;

export const pf: FirewallTool = {
  name: 'pf',
  title: 'pf of macOS',
  blockedMax: 100_000,
  look: [{ argv: ['pfctl', '-a', ANCHOR, '-s', 'rules'] }, { argv: ['pfctl', '-s', 'info'] }],

  apply(wanted, [, info = '']): Plan {
    const lines = [
      ...(wanted.blocked.length === 0
        ? []
        : [
            `table <${MARK}_blocked> persist { ${wanted.blocked.join(', ')} }`,
            `block in quick from <${MARK}_blocked> to any label "${MARK} ${BLOCK}"`,
          ]),
      ...[...sshRules(wanted), ...wanted.rules].flatMap(passLines),
    ];
    const notes = ['these rules last until the next start of this Mac'];
    if (!/^Status: Enabled/m.test(info))
      notes.push('pf is not on: these rules hold from "pfctl -e" on; Eyrie turns no firewall on or off');
    return {
      steps: [{ argv: ['pfctl', '-a', ANCHOR, '-f', '-'], input: `${lines.join('\n')}\n` }],
      notes,
    };
  },

  remove: ([rules = '']) => ({
    steps: rules.trim() === '' ? [] : [{ argv: ['pfctl', '-a', ANCHOR, '-F', 'all'] }],
    notes: [],
  }),

  status: ([rules = '']) => rules.split('\n').filter((line) => line.includes(`"${MARK} `)),
};

function passLines({ service, protocol, port, from }: Rule): string[] {
  const sources = from.length === 0 ? 'any' : `{ ${from.join(', ')} }`;
  const label = `label "${MARK} ${service}"`;
  const pass = `pass in quick proto ${protocol} from ${sources} to any port ${port} ${label}`;
  if (from.length === 0) return [pass];
  return [pass, `block in quick proto ${protocol} from any to any port ${port} ${label}`];
}
