// Dropbox LAN sync discovery: JSON in UDP broadcasts.
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { json } from '../media/json.ts';
import { bodySuffix } from '../media/suffix.ts';

export const dropbox = protocol({
  name: 'db-lsp-disc',
  title: 'Dropbox LAN sync Discovery Protocol',
  column: 'DB-LSP-DISC',
  on: [[udpPorts, 17500]],
  step(p) {
    if (p.buf[p.at] === 0x7b) return json;
    p.at = p.end;
    return null;
  },
  info: (p, layer) => `Dropbox LAN sync Discovery Protocol${bodySuffix(p, layer)}`,
});
