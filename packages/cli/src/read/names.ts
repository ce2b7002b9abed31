// -N: names in place of network addresses. They come from hosts files and from the capture, never from the network.
import {
  type AddressNames,
  type CaptureReader,
  HostNames,
  ipv4Address,
  ipv6Address,
  type NameRecord,
  type Packet,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';

/** What tshark would name too: hardware addresses, ports and VLANs stay numbers here. */
const WITHOUT_NAMES = 'mtv';

/** @throws UserError at a letter that -N does not have */
export function checkNameLetters(letters: string): void {
  for (const letter of letters) {
    if (letter === 'N')
      throw new UserError(
        '-N N: names are never looked up in the network; -N nd takes those of captured DNS',
      );
    if (!`nd${WITHOUT_NAMES}`.includes(letter))
      throw new UserError(
        `-N ${letter} is not known; use n (names of hosts files and of the capture file) and d (also of captured DNS)`,
      );
  }
}

/** The names known so far. */
export class Names {
  readonly #hostNames = new HostNames();
  readonly #isFromDns: boolean;
  #recordsRead = 0;
  #isComplete = false;

  constructor(isFromDns: boolean, hosts: readonly NameRecord[]) {
    this.#isFromDns = isFromDns;
    for (const { address, names } of hosts) this.#hostNames.set(addressText(address), names[0]!);
  }

  get byAddress(): AddressNames {
    return this.#hostNames.names;
  }

  /** After the first of two readings (-2): the names of the whole file hold for each packet of the second. */
  complete(): void {
    this.#isComplete = true;
  }

  /** Takes the names that the packet tells, and those that the file told before it. */
  learn(p: Packet, reader: CaptureReader): void {
    if (this.#isComplete) return;
    const records = reader.names;
    for (; this.#recordsRead < records.length; this.#recordsRead++) {
      const { address, names } = records[this.#recordsRead]!;
      this.#hostNames.set(addressText(address), names[0] ?? '');
    }
    if (this.#isFromDns) this.#hostNames.add(p);
  }
}

function addressText(address: Uint8Array): string {
  return address.length === 4 ? ipv4Address(address, 0) : ipv6Address(address, 0);
}
