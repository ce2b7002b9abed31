import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const PEERS = 10;
const WINDOW_S = 10;

export const meshScan: Rule = {
  id: 'mesh-scan',
  title: 'Scan of mesh peers',
  severity: 'high',
  technique: SERVICE_DISCOVERY,
  threshold: `connections of one address to ${PEERS} peers of the mesh within ${WINDOW_S} s that became no session`,
  source:
    'Each peer sees one connection only, which is nothing; put together where the authority is, they are a scan (Zeek counts 25 hosts in 5 minutes, of which any may be empty; here each is a peer)',
  exemptions:
    'Sessions that were established; peers in quarantine that come back; monitoring, which spreads its looks.',
  advice:
    'Look at the host of that address: a peer with a certificate of the mesh has no reason to probe ports.',
  watch(report) {
    const refused = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      refused({ address, by, time, frame }) {
        const peers = refused.for(address, () => new Recent(WINDOW_S));
        peers.add(by, time, frame);
        if (peers.size < PEERS) return;
        report({
          key: address,
          time,
          source: address,
          target: 'mesh',
          confidence: 0.95,
          summary: `${address} connected to ${peers.size} peers within ${spanText(peers.last - peers.first)}, and established a session with none`,
          facts: { peers: peers.size },
        });
      },
    };
  },
};
