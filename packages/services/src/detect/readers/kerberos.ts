import { Tap } from '@eyrie/dissect';
import { endsOf, type ReaderMaker } from '../reader.ts';

const TYPE = 'kerberos.msg_type';
const USER = 'kerberos.CNameString';
const SERVICE = 'kerberos.SNameString';
const ENCRYPTION = 'kerberos.etype';
/** TGS-REP (RFC 4120 §5.10). */
const TICKET_REPLY = 13;

/** Service tickets that a key distribution centre gives. */
export const kerberosReader: ReaderMaker = {
  protocols: ['kerberos'],
  make(see) {
    const tap = new Tap(['kerberos'], [TYPE, USER, SERVICE, ENCRYPTION]);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      if (tap.number(TYPE) !== TICKET_REPLY) return;
      // The ticket comes before the part of the reply that only the client reads, which has a key of its own.
      see({
        kind: 'ticket',
        ...endsOf(p, false),
        user: tap.texts(USER).join('/'),
        service: tap.texts(SERVICE).join('/'),
        encryption: tap.number(ENCRYPTION),
      });
    };
  },
};
