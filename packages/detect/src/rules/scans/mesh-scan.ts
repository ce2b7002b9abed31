import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const DOORS = 10;
const WINDOW_S = 10;

export const meshScan: Rule = {
  id: 'mesh-scan',
  title: 'Scan of mesh peers',
  severity: 'high',
  technique: SERVICE_DISCOVERY,
  threshold: `connections of one address to ${DOORS} peers of the mesh within ${WINDOW_S} s that became no link`,
  source:
    'Each peer sees one connection only, which is nothing; put together where the authority is, they are a scan (Zeek counts 25 hosts in 5 minutes, of which any may be empty; here each is a peer)',
  exemptions:
    'Links that were made; peers in quarantine that come back; monitoring, which spreads its looks.',
  advice:
    'Look at the host of that address: a peer with a certificate of the mesh has no reason to probe ports.',
  watch(say) {
    const knocked = new Bounded<Recent>(KEYS_MAX);
    return {
      knock({ address, door, time, frame }) {
        const doors = knocked.for(address, () => new Recent(WINDOW_S));
        doors.add(door, time, frame);
        if (doors.size < DOORS) return;
        say({
          key: address,
          time,
          source: address,
          target: 'mesh',
          confidence: 0.95,
          summary: `${address} tried the doors of ${doors.size} peers within ${spanText(doors.last - doors.first)}, and made a link with none`,
          facts: { doors: doors.size },
        });
      },
    };
  },
};
