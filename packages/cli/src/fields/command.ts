// `eyrie fields`: the names that filters and -e understand.
import { fieldNamed, fieldNames, fieldTypeName, protocolNamed, protocolNames } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { Output } from '../terminal/output.ts';

export interface FieldsOptions {
  readonly protocols?: boolean;
  readonly json?: boolean;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly title: string;
}

/** Those with a text in name or title: first the protocol of that name, with its fields. */
export function entriesWith(text: string, isProtocols: boolean): Entry[] {
  const wanted = text.toLowerCase();
  return (isProtocols ? protocols() : fields())
    .filter(({ name, title }) => name.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted))
    .sort((a, b) => distance(a.name, wanted) - distance(b.name, wanted) || (a.name < b.name ? -1 : 1));
}

/** @throws UserError when nothing fits */
export function listFields(text: string, options: FieldsOptions): void {
  const entries = entriesWith(text, options.protocols === true);
  if (entries.length === 0) throw new UserError(`no name or title with "${text}" in it`, FAILED);
  const out = new Output();
  if (options.json === true) out.text(`${JSON.stringify(entries, null, 2)}\n`);
  else {
    const width = Math.max(...entries.map(({ name }) => name.length));
    for (const { name, type, title } of entries)
      out.text(`${name.padEnd(width)}  ${type.padEnd(9)}  ${title}\n`);
  }
  out.flush();
}

/** 0 for the protocol of that name and its fields, 1 for names that begin so, 2 for others. */
function distance(name: string, wanted: string): number {
  if (name === wanted || name.startsWith(`${wanted}.`)) return 0;
  return name.startsWith(wanted) ? 1 : 2;
}

function fields(): Entry[] {
  return [...fieldNames()].map((name) => ({
    name,
    type: fieldTypeName(fieldNamed(name)!),
    title: fieldNamed(name)!.title,
  }));
}

function protocols(): Entry[] {
  const names = [...protocolNames()].filter((name) => !name.startsWith('_rejected'));
  return names.map((name) => ({ name, type: 'protocol', title: protocolNamed(name)!.title }));
}
