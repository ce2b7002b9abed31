// SMB1 transactions to pipes and mailslots ([MS-CIFS] §2.2.5), and the Remote Administration Protocol ([MS-RAP]) on one
// of them.
import { u16le } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { fileData } from '../dcerpc/pipe.ts';
import { callMailslot } from '../netbios/mailslot.ts';
import { lanmanName, pipeFunctionNames } from './smb1-names.ts';
import { type Part, type Sections, Texts } from './smb1-parts.ts';
import type { Asked1 } from './smb1-session.ts';

const TRANSACT = 0x26;
const CALL = 0x54;

interface PipeNote {
  readonly function: number;
  readonly isReply: boolean;
}

const f = {
  function: uint('pipe.function', 'Function').hex(2).named(pipeFunctionNames),
};

/** Shown, but not in frame.protocols. */
export const smbPipe = protocol({
  name: 'smb_pipe',
  title: 'SMB Pipe Protocol',
  column: 'SMB Pipe',
  fields: f,
  step: () => null,
  emit(p, layer, out) {
    const note = p.notes[layer] as PipeNote | null;
    if (note !== null && note.function >= 0)
      out.add(f.function, p.start[layer]!, note.isReply ? 0 : 2, note.function);
  },
  info(p, layer) {
    const { function: number, isReply } = p.notes[layer] as PipeNote;
    const kind = isReply ? 'Response' : 'Request';
    if (number < 0) return kind;
    return `${pipeFunctionNames[number] ?? `Unknown function (0x${number.toString(16).padStart(4, '0')})`} ${kind}`;
  },
});

const g = {
  code: uint('lanman.function_code', 'Function Code').le().named(lanmanName),
  parameters: text('lanman.param_desc', 'Parameter Descriptor'),
  returns: text('lanman.ret_desc', 'Return Descriptor'),
  status: uint('lanman.status', 'Status').le(),
  convert: uint('lanman.convert', 'Convert').le(),
};

interface LanmanNote {
  readonly code: number;
  readonly isReply: boolean;
}

/** Shown, but not in frame.protocols. */
export const lanman = protocol({
  name: 'lanman',
  title: 'Microsoft Windows Lanman Remote API Protocol',
  column: 'LANMAN',
  fields: g,
  step: () => null,
  emit(p, layer, out) {
    const note = p.notes[layer] as LanmanNote;
    const start = p.start[layer]!;
    if (note.isReply) {
      out.add(g.code, start, 0, note.code);
      out.add(g.status, start, 2);
      out.add(g.convert, start + 2, 2);
      return;
    }
    out.add(g.code, start, 2);
    const texts = new Texts(p.bufferOf(layer), start, start + 2, p.stop[layer]!, false);
    for (const field of [g.parameters, g.returns]) {
      const value = texts.next();
      out.add(field, texts.from, texts.length, value);
    }
  },
  info(p, layer) {
    const { code, isReply } = p.notes[layer] as LanmanNote;
    return `${lanmanName(code) ?? `Unknown Command (${code})`} ${isReply ? 'Response' : 'Request'}`;
  },
});

/** Dissects the payload of SMB_COM_TRANSACTION by the pipe's or mailslot's name; replies take it from `asked.name`. */
export function readTransaction(
  p: Packet,
  start: number,
  part: Part,
  sections: Sections,
  asked: Asked1,
  isReply: boolean,
): void {
  const { name } = asked;
  const b = p.buf;
  const dataEnd = Math.min(part.stop, sections.data + sections.dataCount);
  if (name.startsWith('\\MAILSLOT\\') && !isReply) {
    const texts = new Texts(b, start, part.bytes, part.stop);
    texts.next();
    const nameEnd = texts.from + name.length;
    callMailslot(p, sections.setup, texts.from, nameEnd, sections.data, dataEnd, u16le(b, part.bytes - 2));
    return;
  }
  if (!name.startsWith('\\PIPE\\')) return;
  const number = isReply || sections.setupCount === 0 ? asked.subcommand : u16le(b, sections.setup);
  push(p, smbPipe, sections.setup, sections.setup, { function: number, isReply } satisfies PipeNote);
  if (name.startsWith('\\PIPE\\LANMAN')) readLanman(p, part, sections, asked, isReply);
  else if ((number === TRANSACT || number === CALL) && asked.fid >= 0 && sections.dataCount > 0)
    if (sections.data < dataEnd) fileData(p, sections.data, dataEnd, dataEnd, asked.pipe);
}

function readLanman(p: Packet, part: Part, sections: Sections, asked: Asked1, isReply: boolean): void {
  const at = sections.parameters;
  const stop = Math.min(part.stop, at + sections.parameterCount);
  if (stop - at < 4) return;
  if (!isReply) asked.level = u16le(p.buf, at);
  push(p, lanman, at, stop, { code: asked.level, isReply } satisfies LanmanNote);
}

function push(p: Packet, made: typeof lanman, at: number, stop: number, note: object): void {
  const { at: oldAt, end } = p;
  p.at = at;
  p.end = Math.min(stop, end);
  if (p.push(made, SHOWN | COLUMN)) p.notes[p.count - 1] = note;
  p.at = oldAt;
  p.end = end;
}
