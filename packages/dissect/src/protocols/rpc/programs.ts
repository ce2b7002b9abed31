// Protocols of ONC RPC programs; a program's layer spans the body of a call or reply.
import { type Field, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { runs } from '../names/runs.ts';
import { bodyFields, bodyShape } from './bodies.ts';
import type { Call } from './calls.ts';
import { f } from './fields.ts';
import { bodyInfo } from './info.ts';
import { type ProgramRow, programTable } from './program-table.ts';
import { Xdr } from './xdr.ts';

/** Note of a program layer. */
export interface Body {
  readonly program: Program;
  readonly version: number;
  readonly procedure: number;
  readonly isCall: boolean;
  readonly call: Call | null;
  /** False if the arguments are encrypted or belong to authentication. */
  readonly isReadable: boolean;
}

export class Program {
  readonly number: number;
  readonly column: string;
  readonly made: Protocol;
  readonly #names = new Map<number, (procedure: number) => string | undefined>();
  readonly #fields = new Map<number, Field>();

  constructor(row: ProgramRow) {
    this.number = row.number;
    this.column = row.column;
    for (const [version, procedures] of Object.entries(row.procedures)) {
      const names = runs(procedures);
      this.#names.set(Number(version), names);
      this.#fields.set(
        Number(version),
        uint(`${row.name}.procedure_v${version}`, `V${version} Procedure`).named(names),
      );
    }
    this.made = protocol({
      name: row.name,
      title: row.title,
      column: row.column,
      fields: {
        programversion: f.programversion,
        ...Object.fromEntries([...this.#fields].map(([version, field]) => [`procedure${version}`, field])),
        ...bodyFields(row.number),
      },
      step(p) {
        p.at = p.end;
        return null;
      },
      emit: emitBody,
      info: bodyInfo,
    });
  }

  procedureName(version: number, procedure: number): string | undefined {
    return this.#names.get(version)?.(procedure);
  }

  procedureField(version: number): Field | undefined {
    return this.#fields.get(version);
  }
}

function emitBody(p: Packet, layer: number, out: Parameters<NonNullable<Protocol['emit']>>[2]): void {
  const body = p.notes[layer] as Body;
  const start = p.start[layer]!;
  out.add(f.programversion, start, 0, body.version);
  const field = body.program.procedureField(body.version);
  if (field !== undefined) out.add(field, start, 0, body.procedure);
  if (body.isReadable) readBody(body, new Xdr(p.bufferOf(layer), start, p.stop[layer]!, out, body.call));
}

/** Dissects a body as arguments or results of its procedure. */
export function readBody(body: Body, x: Xdr): void {
  bodyShape(body.program.number, body.version, body.procedure, body.isCall)?.(x);
}

const byNumber = new Map(programTable.map((row) => [row.number, new Program(row)]));

export const rpcPrograms: readonly Protocol[] = [...byNumber.values()].map((program) => program.made);

export function programOf(number: number): Program | undefined {
  return byNumber.get(number);
}
