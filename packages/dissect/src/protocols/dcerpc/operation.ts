// The operation of a call, as the layer of its interface sees it.
import { runs } from '../names/runs.ts';
import { operationNames } from './operation-names.ts';

const lookups = new Map<string, (number: number) => string | undefined>();

/** Note of an interface layer. */
export class Operation {
  /** Filter name of the interface. */
  readonly interfaceName: string;
  readonly number: number;
  readonly isRequest: boolean;
  /** The parameters can't be read. */
  readonly isEncrypted: boolean;

  constructor(interfaceName: string, number: number, isRequest: boolean, isEncrypted = false) {
    this.interfaceName = interfaceName;
    this.number = number;
    this.isRequest = isRequest;
    this.isEncrypted = isEncrypted;
  }

  get name(): string | undefined {
    let lookup = lookups.get(this.interfaceName);
    if (lookup === undefined) {
      lookup = runs(operationNames[this.interfaceName] ?? '');
      lookups.set(this.interfaceName, lookup);
    }
    return lookup(this.number);
  }

  /** Name in the Info column. */
  get text(): string {
    return `${this.name ?? `Unknown operation ${this.number}`} ${this.isRequest ? 'request' : 'response'}`;
  }
}
