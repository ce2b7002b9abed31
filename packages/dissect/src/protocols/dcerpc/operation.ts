// The operation that a call asks for: what the layer of its interface knows.
import { runs } from '../names/runs.ts';
import { operationNames } from './operation-names.ts';

const lookups = new Map<string, (number: number) => string | undefined>();

/** The note of an interface's layer. */
export class Operation {
  /** Of the interface, as filters name it. */
  readonly interfaceName: string;
  readonly number: number;
  readonly isRequest: boolean;

  constructor(interfaceName: string, number: number, isRequest: boolean) {
    this.interfaceName = interfaceName;
    this.number = number;
    this.isRequest = isRequest;
  }

  get name(): string | undefined {
    let lookup = lookups.get(this.interfaceName);
    if (lookup === undefined) {
      lookup = runs(operationNames[this.interfaceName] ?? '');
      lookups.set(this.interfaceName, lookup);
    }
    return lookup(this.number);
  }

  /** As the Info column has it. */
  get text(): string {
    return `${this.name ?? `Unknown operation ${this.number}`} ${this.isRequest ? 'request' : 'response'}`;
  }
}
