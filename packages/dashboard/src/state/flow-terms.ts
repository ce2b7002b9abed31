// Translates a display filter to a query for flows. Flows are aggregates: they have addresses, ports, times, transport,
// application and server, but no data of single packets.
import type { Query } from '../api/client.ts';
import { termsOf } from './expression.ts';

export interface FlowTerms {
  query: Query;
  /** Terms that do not apply to flows. */
  ignored: string[];
}

type Reading = readonly [RegExp, (match: RegExpExecArray, query: Query) => void];

const readings: readonly Reading[] = [
  [/^(?:ip|ipv6)\.addr\s*==\s*([\da-f.:/]+)$/i, ([, address], query) => (query.address = address!)],
  [
    /^(?:tcp|udp|sctp|dccp)\.port\s*==\s*(\d+)$/i,
    ([text, port], query) => {
      query.port = port!;
      query.transport = text.slice(0, text.indexOf('.')).toLowerCase();
    },
  ],
  [/^(tcp|udp|sctp|dccp|udplite)$/i, ([, transport], query) => (query.transport = transport!.toLowerCase())],
  [
    /^(http|http2|tls|quic|dns|ssh|smb2?|rtp|sip|mqtt|smtp|imap|ftp|mdns|ntp|dhcp|snmp)$/i,
    ([, name], query) => (query.application = name!.toLowerCase()),
  ],
  [
    /^tls\.handshake\.extensions_server_name\s*(?:==|contains)\s*"([^"]+)"$/,
    ([, name], query) => (query.server_name = name!),
  ],
  [/^frame\.time_epoch\s*>=\s*([\d.]+)$/, ([, from], query) => (query.from = from!)],
  [/^frame\.time_epoch\s*<\s*([\d.]+)$/, ([, to], query) => (query.to = to!)],
];

export function flowTerms(expression: string): FlowTerms {
  const query: Query = {};
  const ignored: string[] = [];
  for (const term of termsOf(expression)) {
    const before = { ...query };
    const reading = readings.find(([pattern]) => pattern.test(term));
    if (reading !== undefined) reading[1](reading[0].exec(term)!, query);
    // A second value for the same parameter cannot be expressed.
    const isTaken = Object.keys(before).some((key) => before[key] !== query[key]);
    if (reading === undefined || isTaken) ignored.push(term);
    if (isTaken) Object.assign(query, before);
  }
  return { query, ignored };
}
