// Files transferred by FTP (RFC 959 §4.1.3): the bytes of a data connection, named by the command on the control connection.
import type { Packet } from '../../core/packet.ts';
import { ftpData } from '../../protocols/ftp/ftp-data.ts';
import { type Transfer, transferOf } from '../../protocols/ftp/transfers.ts';
import { KEEP_ALIVE } from '../tcp-analysis.ts';
import { nameOfTarget, type ObjectReader, type OnObject } from './object.ts';
import { SparseObjects } from './sparse.ts';

/** Commands that transfer a file; others transfer a listing. */
const OF_FILES = /^(?:RETR|STOR|STOU|APPE)\b\s*(.*)$/is;

export class FtpObjects implements ObjectReader {
  readonly #files: SparseObjects<Transfer>;
  /** Bytes of each transfer, as far as it came. */
  readonly #ends = new WeakMap<Transfer, number>();

  constructor(onObject: OnObject) {
    this.#files = new SparseObjects(onObject);
  }

  /** Takes segments of data connections, also those that are not dissected because they seem to be retransmitted. */
  add(p: Packet): void {
    // A keep-alive repeats a byte, but not its value (RFC 9293 §3.8.4).
    if (p.tcpLayer < 0 || p.segmentLength === 0 || p.isQuoted || (p.analysis & KEEP_ALIVE) !== 0) return;
    const { flows } = p.session;
    const known = flows.application(p.flow);
    if (known === 0 || flows.protocolOf(known) !== ftpData) return;
    const transfer = transferOf(p);
    const target = transfer === null ? null : OF_FILES.exec(transfer.command);
    if (transfer === null || target === null) return;
    const at = p.payload[p.tcpLayer]!;
    const part = p.bufferOf(p.tcpLayer).subarray(at, Math.min(p.stop[p.tcpLayer]!, at + p.segmentLength));
    this.#files.write(transfer, p.number, this.#offsetOf(p, transfer), part, () => ({
      host: transfer.server,
      type: '',
      name: nameOfTarget(target[1]!.trim()),
    }));
  }

  /** The first byte has the relative sequence number 1; numbers start again after 4 GiB (RFC 9293 §3.4). */
  #offsetOf(p: Packet, transfer: Transfer): number {
    const end = this.#ends.get(transfer) ?? 0;
    const offset = end + ((p.relativeSeq - 1 - end) | 0);
    this.#ends.set(transfer, Math.max(end, offset + p.segmentLength));
    return offset;
  }

  /** A data connection ends with the capture at the latest: segments may be retransmitted after its FIN. */
  finish(): void {
    this.#files.finishAll();
  }
}
