// The answers of a DNS message as dns.log has them, each with its time to live. The dissector gives the fields of all records one
// after the other, so that each kind has a place of its own from which the next of it is taken.
import type { Tap } from '@eyrie/dissect';

const TYPE = 'dns.resp.type';
const TTL = 'dns.resp.ttl';
const LENGTH = 'dns.resp.len';
const COUNT = 'dns.count.answers';
const TEXT = 'dns.txt';

/** Records whose answer is the text of one field (RFC 1035 §3.3, RFC 3596, RFC 2782, RFC 6672). */
const PLAIN: Readonly<Record<number, string>> = {
  1: 'dns.a',
  2: 'dns.ns',
  5: 'dns.cname',
  6: 'dns.soa.mname',
  12: 'dns.ptr.domain_name',
  15: 'dns.mx.mail_exchange',
  28: 'dns.aaaa',
  33: 'dns.srv.target',
  39: 'dns.dname',
};

/** Those with their name before the text of their fields (RFC 4034). */
const NAMED: Readonly<Record<number, readonly [string, ...string[]]>> = {
  43: ['DS', 'dns.ds.algorithm', 'dns.ds.digest_type'],
  46: ['RRSIG', 'dns.rrsig.type_covered', 'dns.rrsig.signers_name'],
  48: ['DNSKEY', 'dns.dnskey.algorithm'],
};

const OF_TEXT = 16;

export const DNS_ANSWER_FIELDS = [
  ...[COUNT, TYPE, TTL, LENGTH, TEXT],
  ...Object.values(PLAIN),
  ...Object.values(NAMED).flatMap(([, ...fields]) => fields),
];

/** Answers of a message that are logged. */
const ANSWERS_MAX = 256;

export function dnsAnswers(tap: Tap): { readonly answers: string[]; readonly ttls: number[] } {
  const answers: string[] = [];
  const ttls: number[] = [];
  const count = tap.has(COUNT) ? tap.number(COUNT) : 0;
  if (count === 0) return { answers, ttls };
  const places = new Map<string, number>();
  const next = (field: string): string => {
    const at = places.get(field) ?? 0;
    places.set(field, at + 1);
    return tap.texts(field)[at] ?? '';
  };
  const types = tap.values(TYPE).slice(0, Math.min(count, ANSWERS_MAX)).map(Number);
  types.forEach((type, i) => {
    answers.push(answerOf(type, Number(tap.values(LENGTH)[i] ?? 0), next));
    ttls.push(Number(tap.values(TTL)[i] ?? 0));
  });
  return { answers, ttls };
}

function answerOf(type: number, length: number, next: (field: string) => string): string {
  const plain = PLAIN[type];
  if (plain !== undefined) return next(plain).toLowerCase();
  if (type === OF_TEXT) return textsOf(length, next);
  const named = NAMED[type];
  if (named === undefined) return `<unknown type=${type}>`;
  const [name, ...fields] = named;
  return [name, ...fields.map((field) => next(field).toLowerCase())].join(' ');
}

/** Strings, each with its length, until the record's data is over. */
function textsOf(length: number, next: (field: string) => string): string {
  const texts: string[] = [];
  for (let left = length; left > 0; ) {
    const text = next(TEXT);
    const bytes = Buffer.byteLength(text);
    texts.push(`TXT ${bytes} ${text}`);
    left -= bytes + 1;
  }
  return texts.join(' ');
}
