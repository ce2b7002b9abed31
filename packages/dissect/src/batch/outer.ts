// The address columns show one IP header. If a packet has several (tunnels, ICMP errors, routing headers), the addresses
// of the others are kept beside them, so that a filter on addresses can be decided without the packet's bytes.
import { Collector } from '../core/collect.ts';
import type { Field } from '../core/field.ts';
import { raw } from '../core/format.ts';
import { IPV4, IPV6, type Packet } from '../core/packet.ts';
import { fieldNamed } from '../core/registry.ts';
import { ipv4Address, ipv6Address } from '../core/text.ts';

/** A routing header holds further destinations (RFC 8200 §4.4). */
const ROUTING = 'ipv6.routing';

/**
 * The number of IP headers among these layers; a routing header counts as one.
 */
export function ipHeaders(layers: readonly string[]): number {
  return layers.filter((layer) => layer === 'ip' || layer === 'ipv6' || layer === ROUTING).length;
}

/** Distinct sources and destinations, in the order of the headers. */
export interface OuterAddresses {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** As a batch holds them: `192.0.2.1 2001:db8::1>198.51.100.1`. */
export function outerText({ sources, destinations }: OuterAddresses): string {
  return `${sources.join(' ')}>${destinations.join(' ')}`;
}

export function outerAddresses(text: string): OuterAddresses {
  const [sources, destinations] = text
    .split('>', 2)
    .map((side) => side.split(' ').filter((each) => each !== ''));
  return { sources: sources ?? [], destinations: destinations ?? [] };
}

/** Whether the packet has IP addresses that its columns don't show; those may belong to another layer (ARP in VXLAN). */
export function isWrapped(headers: number, columnKind: number): boolean {
  return headers > (columnKind === IPV4 || columnKind === IPV6 ? 1 : 0);
}

export class OuterReader {
  readonly #sources: readonly Field[];
  readonly #collector: Collector;

  constructor() {
    const named = (...names: string[]): Field[] => names.map((name) => fieldNamed(name)!);
    this.#sources = named('ip.src', 'ipv6.src');
    const destinations = named('ip.dst', 'ipv6.dst');
    this.#collector = new Collector([...this.#sources, ...destinations]);
  }

  /**
   * The values of `ip.src`, `ip.dst`, `ipv6.src` and `ipv6.dst` that the columns don't show. Null if the columns show an
   * address that is none of these values: columns and outer addresses together would then claim too much.
   */
  of(p: Packet): OuterAddresses | null {
    this.#collector.collect(p);
    const sources = this.#side(0, columnText(p, p.columnSrc));
    const destinations = this.#side(this.#sources.length, columnText(p, p.columnDst));
    return sources === null || destinations === null ? null : { sources, destinations };
  }

  #side(slot: number, shown: string | null): string[] | null {
    const { fields, values } = this.#collector;
    const texts = new Set<string>();
    for (let i = slot; i < slot + this.#sources.length; i++)
      for (const value of values[i]!) texts.add(raw(fields[i]!, value));
    return shown === null || texts.delete(shown) ? [...texts] : null;
  }
}

/** The IP address in the column, or null. */
function columnText({ columnKind, columnBuf }: Packet, at: number): string | null {
  if (at < 0) return null;
  if (columnKind === IPV4) return ipv4Address(columnBuf, at);
  return columnKind === IPV6 ? ipv6Address(columnBuf, at) : null;
}
