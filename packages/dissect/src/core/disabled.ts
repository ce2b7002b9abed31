// Protocols and heuristics that the user has turned off. Holds for the whole process, as "decode as" does.
import { data } from './data.ts';
import { type Protocol, REJECTED } from './protocol.ts';
import { heuristicLists, tableNamed, tableNames, tcpPorts, udpPorts } from './table.ts';

/** The payload of a disabled protocol is offered to others by its content, or is data. */
export function disableProtocol(made: Protocol): void {
  made.step = () => REJECTED;
  made.framing = null;
  for (const list of heuristicLists())
    for (let i = list.entries.length - 1; i >= 0; i--)
      if (list.entries[i]!.protocol === made) list.entries.splice(i, 1);
  for (const name of tableNames()) {
    const table = tableNamed(name)!;
    // Where a port's protocol rejects the payload, others are tried.
    if (table === tcpPorts || table === udpPorts) continue;
    for (const [key, protocol] of table.entries()) if (protocol === made) table.set(key, data);
  }
}

/** `http_tcp`: the recognition of HTTP by content, on TCP. */
export function heuristicNames(): string[] {
  return heuristicLists().flatMap(({ name, entries }) =>
    entries.map(({ protocol }) => `${protocol.name}_${name}`),
  );
}

export function disableHeuristic(wanted: string): void {
  for (const { name, entries } of heuristicLists())
    for (let i = entries.length - 1; i >= 0; i--)
      if (`${entries[i]!.protocol.name}_${name}` === wanted) entries.splice(i, 1);
}
