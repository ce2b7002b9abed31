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

/** @throws UserError when nothing fits */
export function listFields(text: string, options: FieldsOptions): void {
  const wanted = text.toLowerCase();
  const entries = (options.protocols === true ? protocols() : fields())
    .filter(({ name, title }) => name.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
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
