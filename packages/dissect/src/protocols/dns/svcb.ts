// Service bindings: SVCB and HTTPS records (RFC 9460).
import { ascii, u16 } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { hex, ipv4Address, ipv6Address } from '../../core/text.ts';
import { finish, type Layout, own, repeated } from './layout.ts';
import { nameOf, plain, u16of } from './parts.ts';

/** RFC 9460 §14.3.2. */
const keyNames: Record<number, string> = {
  0: 'mandatory',
  1: 'alpn',
  2: 'no-default-alpn',
  3: 'port',
  4: 'ipv4hint',
  5: 'echconfig',
  6: 'ipv6hint',
  32769: 'odohconfig',
};

const f = {
  param: none('dns.svcb.svcparam', 'SvcParam'),
  key: uint('dns.svcb.svcparam.key', 'SvcParamKey').named(keyNames),
  length: uint('dns.svcb.svcparam.value.length', 'SvcParamValue length'),
  value: bytes('dns.svcb.svcparam.value', 'SvcParamValue'),
  mandatory: uint('dns.svcb.svcparam.mandatory.key', 'Mandatory key').named(keyNames),
  alpnLength: uint('dns.svcb.svcparam.alpn.length', 'ALPN length'),
  alpn: text('dns.svcb.svcparam.alpn', 'ALPN'),
  port: uint('dns.svcb.svcparam.port', 'Port'),
  ipv4hint: ipv4('dns.svcb.svcparam.ipv4hint.ip', 'IP'),
  ech: bytes('dns.svcb.svcparam.echconfig', 'ECHConfig'),
  ipv6hint: ipv6('dns.svcb.svcparam.ipv6hint.ip', 'IP'),
  odoh: bytes('dns.svcb.svcparam.odohconfig', 'ODoHConfig'),
};

function keyName(key: number): string {
  return keyNames[key] ?? `key${key}`;
}

const parameter = own(Object.values(f), (r, out) => {
  const { b, at } = r;
  if (at + 4 > r.end) return finish(r);
  const key = u16(b, at);
  const start = at + 4;
  const stop = Math.min(start + u16(b, at + 2), r.end);
  out.open(f.param, at, stop - at);
  if (out.wants(f.param)) out.note(`: ${keyName(key)}${spoken(b, key, start, stop)}`);
  out.add(f.key, at, 2);
  out.add(f.length, at + 2, 2);
  emitValue(b, key, start, stop, out);
  out.close();
  r.at = stop;
});

export const serviceBinding: Layout = plain(
  u16of('dns.svcb.svcpriority', 'SvcPriority'),
  nameOf('dns.svcb.targetname', 'TargetName'),
  repeated(parameter.fields, parameter.emit),
);

/** RFC 9460 §7: value format of each key. */
function emitValue(b: Uint8Array, key: number, start: number, stop: number, out: Sink): void {
  if (key === 0) for (let i = start; i + 2 <= stop; i += 2) out.add(f.mandatory, i, 2);
  else if (key === 1) {
    for (let i = start; i < stop; i += 1 + b[i]!) {
      out.add(f.alpnLength, i, 1);
      out.add(f.alpn, i + 1, Math.min(b[i]!, stop - i - 1));
    }
  } else if (key === 3 && stop - start >= 2) out.add(f.port, start, 2);
  else if (key === 4) for (let i = start; i + 4 <= stop; i += 4) out.add(f.ipv4hint, i, 4);
  else if (key === 6) for (let i = start; i + 16 <= stop; i += 16) out.add(f.ipv6hint, i, 16);
  else if (key === 5) out.add(f.ech, start, stop - start);
  else if (key === 32769) out.add(f.odoh, start, stop - start);
  else if (key !== 2 && stop > start) out.add(f.value, start, stop - start);
}

/** `=h2,h3`, for the tree line of the parameter. */
function spoken(b: Uint8Array, key: number, start: number, stop: number): string {
  const words: string[] = [];
  if (key === 0) for (let i = start; i + 2 <= stop; i += 2) words.push(keyName(u16(b, i)));
  else if (key === 1)
    for (let i = start; i < stop; i += 1 + b[i]!) words.push(ascii(b, i + 1, Math.min(i + 1 + b[i]!, stop)));
  else if (key === 3 && stop - start >= 2) words.push(String(u16(b, start)));
  else if (key === 4) for (let i = start; i + 4 <= stop; i += 4) words.push(ipv4Address(b, i));
  else if (key === 6) for (let i = start; i + 16 <= stop; i += 16) words.push(ipv6Address(b, i));
  else if (stop > start) words.push(hex(b, start, stop));
  return words.length > 0 ? `=${words.join(',')}` : '';
}
