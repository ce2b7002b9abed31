// Every DCE/RPC interface is a separate protocol, with a tree and columns, but not listed in frame.protocols.
import { type Field, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chainColumn, chainInfo } from './info.ts';
import { type InterfaceRow, interfaceTable } from './interface-table.ts';
import type { Operation } from './operation.ts';

const byUuid = new Map<string, Protocol>();
/** Interfaces with the same field name share the field. */
const opnums = new Map<string, Field>();

function opnumOf(name: string): Field {
  let field = opnums.get(name);
  if (field === undefined) {
    field = uint(name, 'Operation');
    opnums.set(name, field);
  }
  return field;
}

const operationOf = (p: Packet, layer: number): Operation => p.notes[layer] as Operation;

function make([uuid, version, column, name, title, opnumName = `${name}.opnum`]: InterfaceRow): Protocol {
  const opnum = opnumOf(opnumName);
  const made = protocol({
    name,
    title,
    column: (p, layer) => chainColumn(p, layer) ?? column,
    fields: { opnum },
    step(p) {
      p.at = p.end;
      return null;
    },
    emit: (p, layer, out) => out.add(opnum, p.start[layer]!, 0, operationOf(p, layer).number),
    headline(p, layer) {
      const operation = operationOf(p, layer);
      return `, ${operation.name ?? `unknown operation ${operation.number}`}`;
    },
    info: chainInfo,
  });
  byUuid.set(`${uuid} ${version}`, made);
  return made;
}

export const interfaces: readonly Protocol[] = interfaceTable.map(make);

/** Protocol of an interface; null if it has no name here. */
export function interfaceOf(uuid: string, version: number): Protocol | null {
  return byUuid.get(`${uuid} ${version}`) ?? null;
}
