// Hand-made packets through the dissector: what a protocol's test needs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector } from '../../src/core/collect.ts';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { raw } from '../../src/core/format.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
import { fieldNamed } from '../../src/core/registry.ts';
import { treeOf } from '../../src/core/tree.ts';
import type { Frame } from '../../src/files/frame.ts';

export const ETHERNET = 1;

/** Bytes from hexadecimal; blanks and line ends don't matter. */
export function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

const two = (value: number): string => value.toString(16).padStart(4, '0');

/** A UDP datagram from 10.0.0.1 to 10.0.0.2 in an Ethernet frame; `isReply` swaps the hosts. */
export function udpFrame(
  srcPort: number,
  dstPort: number,
  payload: string | Uint8Array,
  isReply = false,
): Uint8Array {
  const body = typeof payload === 'string' ? bytesOf(payload) : payload;
  const udp = `${two(srcPort)}${two(dstPort)}${two(body.length + 8)}0000`;
  return join(ipv4Head(17, body.length + 8, isReply), bytesOf(udp), body);
}

/** A TCP segment likewise, with PSH and ACK set. */
export function tcpFrame(
  srcPort: number,
  dstPort: number,
  payload: string | Uint8Array,
  seq = 1,
  isReply = false,
): Uint8Array {
  const body = typeof payload === 'string' ? bytesOf(payload) : payload;
  const tcp = `${two(srcPort)}${two(dstPort)}${seq.toString(16).padStart(8, '0')}000000015018200000000000`;
  return join(ipv4Head(6, body.length + 20, isReply), bytesOf(tcp), body);
}

/** A payload behind Ethernet's header with this type. */
export function etherFrame(type: number, payload: string): Uint8Array {
  return join(bytesOf(`020000000002 020000000001 ${two(type)}`), bytesOf(payload));
}

/** An SCTP packet with one DATA chunk: a whole message with this payload protocol identifier. */
export function sctpFrame(srcPort: number, dstPort: number, payloadId: number, payload: string): Uint8Array {
  const body = bytesOf(payload);
  const padding = new Uint8Array(-body.length & 3);
  const head = `${two(srcPort)}${two(dstPort)}0000000100000000 0003${two(16 + body.length)}0000000100000000${payloadId.toString(16).padStart(8, '0')}`;
  return join(ipv4Head(132, 28 + body.length + padding.length, false), bytesOf(head), body, padding);
}

function ipv4Head(protocol: number, length: number, isReply: boolean): Uint8Array {
  const [src, dst] = isReply ? ['0a000002', '0a000001'] : ['0a000001', '0a000002'];
  return bytesOf(
    `020000000002 020000000001 0800 4500${two(length + 20)}0000000040${protocol.toString(16).padStart(2, '0')}0000${src}${dst}`,
  );
}

export function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function frameOf(data: Uint8Array, i: number, linkType: number, wireLength: number): Frame {
  return {
    number: i + 1,
    data,
    start: 0,
    end: data.length,
    wireLength,
    seconds: 1_700_000_000 + i,
    nanoseconds: 0,
    hasTime: true,
    hasComment: false,
    linkType,
    interfaceId: 0,
    enterprise: 0,
    fileOffset: 0,
  };
}

/** Dissects frames one after the other as one capture, a second apart; gives the last packet. */
export function dissect(
  frames: readonly Uint8Array[],
  linkType = ETHERNET,
  dissector = new Dissector(),
  wireLength?: number,
): Packet {
  frames.forEach((data, i) => {
    dissector.dissect(frameOf(data, i, linkType, wireLength ?? data.length));
  });
  return dissector.packet;
}

/** Values as `tshark -T fields` prints them, by field; several joined by commas. */
export function fieldsOf(p: Packet, names: readonly string[]): Record<string, string> {
  const fields = names.map((name) => {
    const field = fieldNamed(name);
    if (field === undefined) throw new Error(`no field ${name}`);
    return field;
  });
  const collector = new Collector(fields);
  collector.collect(p);
  return Object.fromEntries(
    names.map((name, i) => [name, collector.values[i]!.map((value) => raw(fields[i]!, value)).join(',')]),
  );
}

/** A frame, and what Wireshark says of it: frame.protocols, Protocol, Info, and fields as `-T fields` prints them. */
export type Case = readonly [
  frame: Uint8Array | string,
  path: string,
  column: string,
  info: string,
  fields?: Readonly<Record<string, string>>,
];

/**
 * Tests that the frames (bytes, or hexadecimal), read as one capture, are told as expected, and that no cut of one of
 * them throws.
 */
export function testCases(name: string, cases: readonly Case[], linkType = ETHERNET): void {
  test(`${name}: as Wireshark tells it`, () => {
    const dissector = new Dissector();
    cases.forEach(([frame, path, column, info, fields = {}], i) => {
      const data = typeof frame === 'string' ? bytesOf(frame) : frame;
      const p = dissector.dissect(frameOf(data, i, linkType, data.length));
      const told = [framePath(p), protocolColumn(p), infoColumn(p), fieldsOf(p, Object.keys(fields))];
      assert.deepEqual(told, [path, column, info, fields], `packet ${i + 1}`);
    });
  });
  test(`${name}: cut anywhere, it is read as far as it goes`, () => {
    const dissector = new Dissector();
    for (const [frame] of cases) {
      const data = typeof frame === 'string' ? bytesOf(frame) : frame;
      for (let length = 0; length < data.length; length += length < 300 ? 1 : 13) {
        const p = dissect([data.slice(0, length)], linkType, dissector);
        infoColumn(p);
        treeOf(p);
      }
    }
  });
}
