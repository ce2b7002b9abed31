// Data connections announced on control connections, and their commands.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { netAddress } from '../../core/text.ts';
import { TCP } from '../tcp.ts';

export interface Transfer {
  /** PORT, PASV, EPRT or EPASV, as Wireshark names them. */
  readonly method: string;
  readonly setupFrame: number;
  /** Address of the FTP server. */
  readonly server: string;
  command: string;
  commandFrame: number;
}

/** Announced connections remembered; the oldest are evicted. */
const TRANSFERS_MAX = 1024;

let dataProtocol: Protocol | null = null;

/** Set by ftp-data, which imports this file. */
export function setDataProtocol(made: Protocol): void {
  dataProtocol = made;
}

function transfers(p: Packet): Map<string, Transfer> {
  return p.session.memoryOf('ftp', () => new Map<string, Transfer>());
}

/** Announces a data connection to or from this endpoint. */
export function announceTransfer(
  p: Packet,
  address: string,
  port: number,
  method: string,
  isFromServer: boolean,
): void {
  const known = transfers(p);
  if (known.size >= TRANSFERS_MAX) known.delete(known.keys().next().value!);
  const server = netAddress(p, isFromServer ? p.netSrc : p.netDst);
  const transfer: Transfer = { method, setupFrame: p.number, server, command: '', commandFrame: 0 };
  known.set(`${address} ${port}`, transfer);
  p.session.stateOf(p, 'ftp.transfer', () => ({ last: transfer })).last = transfer;
  if (dataProtocol !== null) p.session.expect(TCP, address, port, dataProtocol);
}

/** Sets the command of the connection announced last. */
export function commandOfTransfers(p: Packet, command: string): void {
  const last = p.session.knownState<{ last: Transfer }>(p, 'ftp.transfer')?.last;
  if (last === undefined || last.command !== '') return;
  last.command = command;
  last.commandFrame = p.number;
}

/** The announcement of the packet's connection. */
export function transferOf(p: Packet): Transfer | null {
  const known = transfers(p);
  return (
    known.get(`${netAddress(p, p.netDst)} ${p.dstPort}`) ??
    known.get(`${netAddress(p, p.netSrc)} ${p.srcPort}`) ??
    null
  );
}
