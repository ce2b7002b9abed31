import { endsOf, type ReaderMaker } from '../reader.ts';

/** SMB 1 header ([MS-CIFS] §2.2.3.1): command at 4, status at 5, flags at 9, process ID at 26, multiplex ID at 30. */
const HEAD_BYTES = 33;
const TRANSACTION2 = 0x32;
const TRANSACTION2_SECONDARY = 0x33;
const NT_TRANSACT = 0xa0;
const REPLY = 0x80;
/** Subcommand of SMB_COM_TRANSACTION2, behind 14 words; reserved, and sent by no client ([MS-CIFS] §2.2.6.15). */
const SUBCOMMAND_AT = HEAD_BYTES + 28;
const SESSION_SETUP = 0x0e;
/** Multiplex ID by which DoublePulsar answers that it is there; the request has 0x41. */
const IMPLANT = 0x51;
/** Transactions of a conversation that are remembered. */
const OPEN_MAX = 64;

/**
 * EternalBlue (CVE-2017-0144), which continues an NT transaction by a secondary of TRANSACTION2, whereas each has its own
 * ([MS-CIFS] §2.2.4.47, §2.2.4.63); and the requests of the backdoor DoublePulsar, which it leaves.
 */
export const smb1Reader: ReaderMaker = {
  protocols: ['smb'],
  make: (see) => (p, layer) => {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < HEAD_BYTES || p.netKind === 0) return;
    const command = b[at + 4]!;
    if (command !== TRANSACTION2 && command !== TRANSACTION2_SECONDARY && command !== NT_TRANSACT) return;
    const state = p.session.stateOf(p, 'detect.smb1', () => ({ open: new Set<number>(), isAsked: false }));
    const id = b[at + 30]! | (b[at + 31]! << 8);
    // Multiplex IDs are unique within a process of the client.
    const transaction = (b[at + 26]! << 16) | (b[at + 27]! << 24) | id;
    if ((b[at + 9]! & REPLY) !== 0) {
      if (command === NT_TRANSACT && !isInterim(b, at)) state.open.delete(transaction);
      if (!state.isAsked || command !== TRANSACTION2 || id !== IMPLANT) return;
      see({ kind: 'suspect', what: 'doublepulsar-answer', ...endsOf(p, false) });
    } else if (command === NT_TRANSACT) {
      if (state.open.size >= OPEN_MAX) state.open.delete(state.open.values().next().value!);
      state.open.add(transaction);
    } else if (command === TRANSACTION2_SECONDARY) {
      if (state.open.has(transaction)) see({ kind: 'suspect', what: 'eternalblue', ...endsOf(p, true) });
    } else if (p.stop[layer]! - at > SUBCOMMAND_AT + 1) {
      if (b[at + 32]! < 15 || b[at + SUBCOMMAND_AT] !== SESSION_SETUP || b[at + SUBCOMMAND_AT + 1] !== 0)
        return;
      state.isAsked = true;
      see({ kind: 'suspect', what: 'doublepulsar', ...endsOf(p, true) });
    }
  },
};

/** Success without any words: the server waits for the rest of the transaction ([MS-CIFS] §2.2.4.62.2). */
function isInterim(b: Uint8Array, at: number): boolean {
  return b[at + 32] === 0 && (b[at + 5]! | b[at + 6]! | b[at + 7]! | b[at + 8]!) === 0;
}
