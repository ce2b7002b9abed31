import { endsOf, type ReaderMaker } from '../reader.ts';

const TCP = 6;
const BRACE = 0x7b;
/** Bytes of a message that are read: the method stands in front, or behind an identifier. */
const READ_BYTES = 1024;
/** What a miner says to its pool, of Bitcoin, Ethereum and Monero. */
const METHODS =
  /"method"\s*:\s*"(?:mining\.(?:subscribe|authorize|submit)|eth_submit(?:Login|Work|Hashrate)|(login))"/;
/** Other records have a login, a password and an agent, too, but not together as parameters. */
const MONERO_LOGIN = /"params"\s*:\s*\{(?=[^{}]*"login"\s*:)(?=[^{}]*"pass"\s*:)(?=[^{}]*"agent"\s*:)/;

/** Stratum, the protocol of mining pools: lines of JSON-RPC over TCP. */
export const stratumReader: ReaderMaker = {
  protocols: ['data'],
  make: (see) => (p, layer) => {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (b[at] !== BRACE || p.transport !== TCP || p.netKind === 0) return;
    const end = Math.min(p.stop[layer]!, at + READ_BYTES);
    const text = Buffer.from(b.buffer, b.byteOffset + at, end - at).toString('latin1');
    const found = METHODS.exec(text);
    if (found === null || (found[1] !== undefined && !MONERO_LOGIN.test(text))) return;
    see({ kind: 'suspect', what: 'mining', ...endsOf(p, true) });
  },
};
