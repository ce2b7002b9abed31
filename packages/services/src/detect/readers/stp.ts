import { Tap } from '@eyrie/dissect';
import { frameMacs, type ReaderMaker, timeOf } from '../reader.ts';

const ROOT = ['stp.root.prio', 'stp.root.hw'] as const;
const BRIDGE = ['stp.bridge.prio', 'stp.bridge.hw'] as const;
const VLAN = 'stp.bridge.ext';

/** Bridge identifiers of BPDUs (IEEE 802.1D §9.3.1), as text in their order: the least becomes the root. */
export const stpReader: ReaderMaker = {
  protocols: ['stp'],
  make(see) {
    const tap = new Tap(['stp'], [...ROOT, ...BRIDGE, VLAN]);
    const identifier = ([priority, mac]: readonly [string, string]) =>
      `${String(tap.number(priority)).padStart(5, '0')}/${tap.text(mac)}`;
    return (p, layer) => {
      tap.take(p, layer);
      if (!tap.has(ROOT[1]) || !tap.has(BRIDGE[1])) return;
      see({
        kind: 'bridge',
        time: timeOf(p),
        frame: p.number,
        root: identifier(ROOT),
        bridge: identifier(BRIDGE),
        vlan: tap.has(VLAN) ? tap.number(VLAN) : 0,
        mac: frameMacs(p, layer).source,
      });
    };
  },
};
