import { Tap } from '@eyrie/dissect';
import { endsOf, type ReaderMaker } from '../reader.ts';

const NAME = 'dns.qry.name';

export const dnsReader: ReaderMaker = {
  protocols: ['dns', 'llmnr'],
  make(see) {
    const tap = new Tap(
      ['dns', 'llmnr'],
      [NAME, 'dns.qry.type', 'dns.id', 'dns.flags.response', 'dns.a', 'dns.aaaa'],
    );
    return (p, layer) => {
      tap.take(p, layer);
      if (!tap.has(NAME) || p.netKind === 0) return;
      const isResponse = tap.number('dns.flags.response') === 1;
      see({
        kind: 'dns',
        ...endsOf(p, !isResponse),
        id: tap.number('dns.id'),
        isResponse,
        name: tap.text(NAME),
        type: tap.number('dns.qry.type'),
        addresses: isResponse ? [...tap.texts('dns.a'), ...tap.texts('dns.aaaa')].sort() : [],
        bytes: p.stop[layer]! - p.start[layer]!,
      });
    };
  },
};
