import { endsOf, type ReaderMaker } from '../reader.ts';

const PRIVATE = 7;
/** Request codes MON_GETLIST and MON_GETLIST_1 of ntpd. */
const LISTS = [20, 42];

export const ntpReader: ReaderMaker = {
  protocols: ['ntp'],
  make: (see) => (p, layer) => {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < 4 || (b[at]! & 7) !== PRIVATE || p.netKind === 0) return;
    const isRequest = (b[at]! & 0x80) === 0;
    if (isRequest && LISTS.includes(b[at + 3]!))
      see({ kind: 'suspect', what: 'ntp-monlist', ...endsOf(p, true) });
  },
};
