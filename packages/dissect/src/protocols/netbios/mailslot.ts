// Mailslots (MS-MAIL): datagrams addressed to a name, and their dissectors by name.
import { ascii, u16le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { text, uint } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { browser } from './browser.ts';
import { netlogon } from './netlogon.ts';

const readers: Record<string, Protocol> = {
  BROWSE: browser,
  LANMAN: browser,
  MSBROWSE: browser,
  'NET\\NETLOGON': netlogon,
  'NET\\NTLOGON': netlogon,
};

const f = {
  opcode: uint('mailslot.opcode', 'Opcode').named({ 1: 'Write Mail Slot' }),
  priority: uint('mailslot.priority', 'Priority'),
  class: uint('mailslot.class', 'Class').named({ 1: 'Reliable', 2: 'Unreliable & Broadcast' }),
  size: uint('mailslot.size', 'Size'),
  name: text('mailslot.name', 'Mailslot Name'),
};

interface Place {
  setup: number;
  size: number;
  nameAt: number;
  name: string;
}

/** Has a tree, but no entry in frame.protocols, as in Wireshark. */
const mailslot = protocol({
  name: 'mailslot',
  title: 'SMB MailSlot Protocol',
  column: 'SMB Mailslot',
  fields: f,
  step: () => null,
  emit(p, layer, out) {
    const place = p.notes[layer] as Place | null;
    if (place === null) return;
    const b = p.bufferOf(layer);
    out.add(f.opcode, place.setup, 2, u16le(b, place.setup));
    out.add(f.priority, place.setup + 2, 2, u16le(b, place.setup + 2));
    out.add(f.class, place.setup + 4, 2, u16le(b, place.setup + 4));
    out.add(f.size, place.setup + 6, 2, place.size);
    out.add(f.name, place.nameAt, place.name.length, place.name);
  },
});

export { mailslot };

/** Dissects mailslot data in [start, end), with set-up words at `setup` and the name at [name, nameEnd). */
export function callMailslot(
  p: Packet,
  setup: number,
  name: number,
  nameEnd: number,
  start: number,
  end: number,
  size: number,
): void {
  const b = p.buf;
  const full = ascii(b, name, nameEnd);
  if (!full.startsWith('\\MAILSLOT\\') || !p.push(mailslot, SHOWN | COLUMN)) return;
  const place: Place = { setup, size, nameAt: name, name: full };
  p.notes[p.count - 1] = place;
  p.start[p.count - 1] = setup;
  if (start < end) p.call(readers[full.slice(10)] ?? data, start, end);
}
