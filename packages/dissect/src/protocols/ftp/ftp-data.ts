// File Transfer Protocol, data connection (RFC 959 §3): transferred data in either direction.
import { text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { textLines } from '../media/text-lines.ts';
import { setDataProtocol, type Transfer, transferOf } from './transfers.ts';

const f = {
  setupFrame: uint('ftp-data.setup-frame', 'Setup frame'),
  setupMethod: text('ftp-data.setup-method', 'Setup method'),
  command: text('ftp-data.command', 'Command'),
  commandFrame: uint('ftp-data.command-frame', 'Command frame'),
};

/** The first bytes decide whether a transfer is shown as text. */
const LOOKED_AT = 10;

function isText(b: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < Math.min(end, start + LOOKED_AT); i++) {
    const c = b[i]!;
    if (c > 0x7e || (c < 0x20 && (c < 9 || c > 13))) return false;
  }
  return true;
}

export const ftpData = protocol({
  name: 'ftp-data',
  title: 'FTP Data',
  column: 'FTP-DATA',
  fields: f,
  on: [[tcpPorts, 20]],
  step(p) {
    // Binds the connection, so that later packets need no look-up.
    if (p.flow >= 0 && p.session.flows.application(p.flow) === 0)
      p.session.flows.setApplication(p.flow, ftpData);
    if (isText(p.buf, p.at, p.end)) return textLines;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const transfer = transferOf(p);
    if (transfer === null) return;
    const start = p.start[layer]!;
    out.add(f.setupFrame, start, 0, transfer.setupFrame);
    out.add(f.setupMethod, start, 0, transfer.method);
    if (transfer.command === '') return;
    out.add(f.command, start, 0, transfer.command);
    out.add(f.commandFrame, start, 0, transfer.commandFrame);
  },
  headline: (p, layer) => ` (${p.stop[layer]! - p.start[layer]!} bytes data)`,
  info(p, layer) {
    return `FTP Data: ${p.stop[layer]! - p.start[layer]!} bytes${transferText(transferOf(p))}`;
  },
});

function transferText(transfer: Transfer | null): string {
  if (transfer === null) return '';
  return ` (${transfer.method})${transfer.command === '' ? '' : ` (${transfer.command})`}`;
}

setDataProtocol(ftpData);
