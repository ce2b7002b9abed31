// Host names found in the capture: name records of the file, and answers of DNS, mDNS and LLMNR.
import type { Packet } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { ipv4Address, ipv6Address } from '../core/text.ts';
import { Tap } from './tap.ts';

const NAMES_MAX = 200_000;
const A = 1;
const AAAA = 28;
const SRV = 33;

export class HostNames {
  /** By address as text; the latest name wins. */
  readonly names = new Map<string, string>();
  readonly #tap = new Tap(
    ['dns', 'mdns', 'llmnr'],
    ['dns.flags.response', 'dns.resp.name', 'dns.resp.type', 'dns.a', 'dns.aaaa'],
  );

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      if (!this.#tap.has('dns.a') && !this.#tap.has('dns.aaaa')) return;
      const names = this.#tap.values('dns.resp.name');
      const ipv4 = this.#tap.values('dns.a').values();
      const ipv6 = this.#tap.values('dns.aaaa').values();
      // The owner name of an SRV record is split into fields of its own.
      let next = 0;
      this.#tap.values('dns.resp.type').forEach((type) => {
        const i = type === SRV ? -1 : next++;
        const address = type === A ? ipv4.next().value : type === AAAA ? ipv6.next().value : undefined;
        if (!(address instanceof Uint8Array)) return;
        const text = type === A ? ipv4Address(address, 0) : ipv6Address(address, 0);
        this.set(text, String(names[i] ?? ''));
      });
    });
  }

  set(address: string, name: string): void {
    if (name === '' || (this.names.size >= NAMES_MAX && !this.names.has(address))) return;
    // A name is a stranger's word: it must not reach a terminal, or break a line of a hosts file, as it stands.
    this.names.set(address, printable(name));
  }
}
