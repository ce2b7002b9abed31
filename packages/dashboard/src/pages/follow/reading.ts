// How a conversation is read: as bytes, as what TLS carried, as messages of HTTP, or one stream of HTTP/2 or QUIC.
import { get } from '../../api/client.ts';
import type { FlowRow, FlowStream, FlowSubstreams } from '../../api/types.ts';

export const READINGS = ['bytes', 'tls', 'http', 'http2', 'quic'] as const;
export type Reading = (typeof READINGS)[number];
export type Substream = FlowSubstreams['items'][number];

const NAMES: Readonly<Record<Reading, string>> = {
  bytes: 'Bytes',
  tls: 'TLS decrypted',
  http: 'HTTP unpacked',
  http2: 'HTTP/2 stream',
  quic: 'QUIC stream',
};

/** What is shown where there is nothing to read. */
export const NOTHING: Readonly<Record<Reading, string>> = {
  bytes: 'The stream has no data.',
  tls: 'Nothing of it was decrypted: the capture does not hold its secrets, or it is no TLS. --keylog reads them from a file.',
  http: 'No message of HTTP was found in it.',
  http2: 'This stream has neither header fields nor a body.',
  quic: 'No stream of it was decrypted: the capture does not hold its secrets. --keylog reads them from a file.',
};

/** The ways to read a conversation with these protocols. */
export function readingsOf({ transport, applications }: FlowRow): [Reading, string][] {
  const has = (...names: string[]) => names.some((name) => applications.includes(name));
  const ways: Reading[] = ['bytes'];
  if (transport === 'tcp') {
    if (has('tls')) ways.push('tls');
    if (has('http', 'http2')) ways.push('http');
    if (has('http2')) ways.push('http2');
  } else if (has('quic')) ways.push('quic');
  return ways.map((way) => [way, NAMES[way]]);
}

/** The streams within the connection; none where it is read as a whole. */
export async function substreamsOf(flow: number, as: Reading, signal: AbortSignal): Promise<FlowSubstreams> {
  if (as !== 'http2' && as !== 'quic') return { items: [], is_whole: true };
  return get<FlowSubstreams>(`/flows/${flow}/substreams`, { protocol: as }, signal);
}

/** As the address has it: its number, after that of its connection if that is not the first. */
export function nameOfSubstream({ connection, stream }: Substream): string {
  return connection === 0 ? String(stream) : `${connection}.${stream}`;
}

export function termsOf(as: Reading, of: Substream | null): Record<string, string | number | null> {
  return {
    protocol: as === 'bytes' ? null : as,
    substream: of?.stream ?? null,
    connection: of === null || of.connection === 0 ? null : of.connection,
  };
}

export function streamOf(
  flow: number,
  as: Reading,
  of: Substream | null,
  after: string | null,
  signal: AbortSignal,
): Promise<FlowStream> {
  return get<FlowStream>(`/flows/${flow}/stream`, { ...termsOf(as, of), after }, signal);
}
