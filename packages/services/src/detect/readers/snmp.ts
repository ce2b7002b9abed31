import { Tap } from '@eyrie/dissect';
import { endsOf, hashOf, type ReaderMaker } from '../reader.ts';

const PORT = 161;

/** SNMP 1 and 2c communities, which are clear-text passwords (RFC 3584 §1.1). Only hashes are passed on. */
export const snmpReader: ReaderMaker = {
  protocols: ['snmp'],
  make(see) {
    const tap = new Tap(['snmp'], ['snmp.community']);
    return (p, layer) => {
      const isRequest = p.dstPort === PORT;
      if (p.netKind === 0 || isRequest === (p.srcPort === PORT)) return;
      tap.take(p, layer);
      const community = tap.text('snmp.community');
      if (community === '') return;
      see({ kind: 'community', ...endsOf(p, isRequest), guess: hashOf(community), isAnswer: !isRequest });
    };
  },
};
