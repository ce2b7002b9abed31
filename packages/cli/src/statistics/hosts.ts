// `-z hosts`: names of addresses that the capture itself tells, in the format of /etc/hosts.
import type { CaptureBytes } from '@eyrie/capture';
import { HostNames, ipv4Address, ipv6Address, type Packet, type Session } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import type { Statistic, StatisticKind } from './statistic.ts';

export const hosts: StatisticKind = {
  name: 'hosts',
  usage: 'hosts[,ipv4|ipv6]',
  about: 'names of addresses as the capture itself tells them, like /etc/hosts',
  make(args) {
    if (!['', 'ip', 'ipv4', 'ipv6'].includes(args))
      throw new UserError(`-z hosts,${args}: must be hosts, hosts,ipv4 or hosts,ipv6`);
    return new Hosts(args !== 'ipv6', args === '' || args === 'ipv6');
  },
};

class Hosts implements Statistic {
  readonly #hasIpv4: boolean;
  readonly #hasIpv6: boolean;
  readonly #names = new HostNames();
  #source: CaptureBytes | null = null;
  #session: Session | null = null;

  constructor(hasIpv4: boolean, hasIpv6: boolean) {
    this.#hasIpv4 = hasIpv4;
    this.#hasIpv6 = hasIpv6;
  }

  begin(session: Session, source: CaptureBytes): void {
    this.#session = session;
    this.#source = source;
  }

  see(p: Packet): void {
    this.#names.add(p);
  }

  print(out: Output): void {
    out.text(`# TShark hosts output\n#\n# Host data gathered from ${this.#source?.path}\n\n`);
    for (const { address, name } of this.data()) out.text(`${address}\t${name}\n`);
  }

  /** IPv4 before IPv6, each by address. */
  data(): { address: string; name: string }[] {
    for (const { address, names } of this.#source?.reader.names ?? [])
      this.#names.set(
        address.length === 4 ? ipv4Address(address, 0) : ipv6Address(address, 0),
        names[0] ?? '',
      );
    for (const [address, name] of this.#session?.addressNames ?? []) this.#names.set(address, name);
    const all = [...this.#names.names].map(([address, name]) => ({ address, name }));
    const isIpv6 = ({ address }: { address: string }): boolean => address.includes(':');
    return [
      ...(this.#hasIpv4 ? all.filter((host) => !isIpv6(host)).sort(byNumbers) : []),
      ...(this.#hasIpv6 ? all.filter(isIpv6).sort((a, b) => (a.address < b.address ? -1 : 1)) : []),
    ];
  }
}

function byNumbers(a: { address: string }, b: { address: string }): number {
  return a.address.localeCompare(b.address, 'en', { numeric: true });
}
