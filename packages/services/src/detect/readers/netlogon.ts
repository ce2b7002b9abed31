import { endsOf, type ReaderMaker } from '../reader.ts';

/** DCE/RPC request header (C706 §12.6.4.9): type at 2, data representation at 4, lengths at 8 and 10, opnum at 22. */
const HEAD_BYTES = 24;
const REQUEST = 0;
const CREDENTIAL_BYTES = 8;
/** Bytes after the client credential in NetrServerAuthenticate, 2 and 3, by opnum (MS-NRPC §3.5.4.4). */
const AFTER_CREDENTIAL: Readonly<Record<number, number>> = { 5: 0, 15: 4, 26: 4 };

/** Reports clients that authenticate with an all-zero credential (Zerologon, CVE-2020-1472). */
export const netlogonReader: ReaderMaker = {
  protocols: ['rpc_netlogon'],
  make: (see) => (p, layer) => {
    const b = p.bufferOf(layer - 1);
    const at = p.start[layer - 1]!;
    const stop = p.stop[layer - 1]!;
    if (stop - at < HEAD_BYTES || b[at] !== 5 || b[at + 2] !== REQUEST || p.netKind === 0) return;
    const isLittle = (b[at + 4]! & 0x10) !== 0;
    const word = (i: number) => (isLittle ? b[i]! | (b[i + 1]! << 8) : (b[i]! << 8) | b[i + 1]!);
    const after = AFTER_CREDENTIAL[word(at + 22)];
    if (after === undefined || word(at + 10) !== 0) return;
    const end = Math.min(stop, at + word(at + 8)) - after;
    const begin = end - CREDENTIAL_BYTES;
    if (begin < at + HEAD_BYTES) return;
    for (let i = begin; i < end; i++) if (b[i] !== 0) return;
    see({ kind: 'suspect', what: 'zero-credential', ...endsOf(p, true) });
  },
};
