// NIS, formerly Yellow Pages (Sun's yp_prot.h): key/value maps and server binding.
import { bool, int, ipv4, none, text as string, uint } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { below, choose, fixed, list, nothing, number, type Shape, seq, text } from './xdr.ts';

const states: Readonly<Record<number, string>> = {
  1: 'YP_TRUE',
  2: 'YP_NOMORE',
  0: 'YP_FALSE',
  [-1]: 'YP_NOMAP',
  [-2]: 'YP_NODOM',
  [-3]: 'YP_NOKEY',
  [-4]: 'YP_BADOP',
  [-5]: 'YP_BADDB',
  [-6]: 'YP_YPERR',
  [-7]: 'YP_BADARGS',
  [-8]: 'YP_VERS',
};

const f = {
  domain: string('ypserv.domain', 'Domain'),
  serves: bool('ypserv.servesdomain', 'Serves Domain'),
  map: string('ypserv.map', 'Map Name'),
  peer: string('ypserv.peer', 'Peer Name'),
  more: bool('ypserv.more', 'More'),
  order: uint('ypserv.ordernum', 'Order Number'),
  transid: ipv4('ypserv.transid', 'Host Transport ID'),
  program: uint('ypserv.prog', 'Program Number'),
  port: uint('ypserv.port', 'Port'),
  key: string('ypserv.key', 'Key'),
  value: string('ypserv.value', 'Value'),
  status: int('ypserv.status', 'Status').named(states),
  parameters: none('ypserv.map_parms', 'YP Map Parameters'),
  transferred: int('ypserv.xfrstat', 'Xfrstat'),
};

export const ypservFields = f;

const TRUE = 1;

/** A status, shown in the Info column on success. */
const status = (success: Shape): Shape => {
  const plain = number(f.status);
  return (x) => {
    const value = x.peek() | 0;
    if (value !== TRUE) x.addInfo(` ${states[value] ?? `Unknown error: ${value}`}`);
    plain(x);
    success(x);
  };
};

const domain = text(f.domain);
const key = seq(domain, text(f.map));
const entry = status(seq(text(f.value), text(f.key)));
const address = fixed(f.transid, 4);

export const ypservBodies: Readonly<Record<number, Procedures>> = {
  2: {
    1: [domain, number(f.serves)],
    2: [domain, number(f.serves)],
    3: [
      seq(text(f.domain, ' '), text(f.map, '/'), text(f.key, '/')),
      (x) => {
        const isFound = x.peek() === TRUE;
        status(text(f.value, isFound ? ' ' : undefined))(x);
      },
    ],
    4: [key, entry],
    5: [seq(text(f.domain, ' '), text(f.map, '/'), text(f.key, ' ')), entry],
    6: [
      seq(
        below(f.parameters, domain, text(f.map), number(f.order), text(f.peer)),
        address,
        number(f.program),
        number(f.port),
      ),
      seq(address, number(f.transferred)),
    ],
    8: [
      key,
      (x) => {
        while (x.at < x.end) {
          const more = x.peek();
          number(f.more)(x);
          if (more !== TRUE) return;
          entry(x);
        }
      },
    ],
    9: [key, status(text(f.peer))],
    10: [key, status(number(f.order, ' 0x'))],
    11: [domain, status(list(null, text(f.map)))],
  },
};

const b = {
  domain: string('ypbind.domain', 'Domain'),
  answer: uint('ypbind.resp_type', 'Response Type').named({ 1: 'YPBIND_SUCC_VAL', 2: 'YPBIND_FAIL_VAL' }),
  address: ipv4('ypbind.addr', 'IP Addr'),
  port: uint('ypbind.port', 'Port'),
  version: uint('ypbind.setdom.version', 'Version'),
};

export const ypbindFields = b;

const binding = seq(fixed(b.address, 4), number(b.port));

export const ypbindBodies: Readonly<Record<number, Procedures>> = {
  2: {
    1: [text(b.domain), choose(b.answer, { 1: binding })],
    2: [seq(text(b.domain), binding, number(b.version)), nothing],
  },
};
