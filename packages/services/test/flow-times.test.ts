// When conversations are told: once they are over, long before the capture ends, and the same whoever goes on with a file.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Frame, flowRows, newFrame } from '@eyrie/dissect';
import type { FlowRow } from '@eyrie/store';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import { PacketParser } from '../src/parser/packet-parser.ts';

const ETHERNET = 1;
const TCP = 6;
const UDP = 17;
const [FIN_ACK, RST, SYN, ACK] = [0x11, 4, 2, 16];

/** One packet between 10.0.0.1 and 10.0.0.2. */
function packet(number: number, seconds: number, port: number, flags: number | null, isBack = false): Frame {
  const data = new Uint8Array(60);
  data.set([8, 0, 0x45, 0, 0, 46], 12);
  data.set([64, flags === null ? UDP : TCP, 0, 0, 10, 0, 0, isBack ? 2 : 1, 10, 0, 0, isBack ? 1 : 2], 22);
  const ports = [port >> 8, port & 255, 0x30, 0x39];
  data.set(isBack ? [...ports.slice(2), ...ports.slice(0, 2)] : ports, 34);
  data.set(flags === null ? [0, 26] : [0, 0, 0, isBack ? 9 : 1, 0, 0, 0, 1, 0x50, flags], 38);
  const times = { seconds: 1e9 + seconds, nanoseconds: 0, hasTime: true };
  const place = { start: 0, end: 60, wireLength: 60, linkType: ETHERNET, fileOffset: 0 };
  return Object.assign(newFrame(), { data, number, ...place, ...times });
}

/** A connection that is closed, one that is reset, one that stays, a question over UDP; then one packet a second. */
function frames(seconds: number): Frame[] {
  const made: Frame[] = [];
  const add = (at: number, port: number, flags: number | null, isBack = false): void => {
    made.push(packet(made.length + 1, at, port, flags, isBack));
  };
  add(0, 1001, SYN);
  add(0, 1001, FIN_ACK);
  add(0, 1001, FIN_ACK, true);
  add(0, 1002, SYN);
  add(0, 1002, RST, true);
  add(0, 1003, SYN);
  add(0, 1004, null);
  for (let second = 1; second < seconds; second++) add(second, 1005, ACK);
  return made;
}

const told = ({ client, server, why, toServer, toClient }: FlowRow): string =>
  `${Math.min(client.port, server.port)} ${why} ${toServer.packets + toClient.packets}`;

/** What was told until now, batch after batch, of ten packets if nothing else is said. */
function run(all: readonly Frame[], skip = 0, batchPackets = 10): { rows: string[][]; parser: PacketParser } {
  const parser = new PacketParser({ batchPackets, ...FILE_FLOWS });
  const rows: string[][] = [];
  for (const frame of all) {
    if (frame.number <= skip) {
      parser.skip(frame);
      continue;
    }
    if (!parser.hasBatch) parser.begin();
    parser.add(frame);
    if (parser.isFull) rows.push(flowRows(parser.take().flows).map(told));
  }
  return { rows, parser };
}

describe('conversations', () => {
  it('that have ended are told seconds later, idle ones after a minute, the rest at the end', () => {
    const { rows, parser } = run(frames(100));
    assert.deepEqual(rows[0], ['1001 idle 3', '1002 idle 2']);
    assert.deepEqual(rows.slice(1, 6).flat(), []);
    assert.deepEqual(rows.slice(6).flat().sort(), ['1003 idle 1', '1004 idle 1']);
    parser.end();
    assert.deepEqual(flowRows(parser.take().flows).map(told), ['1005 end 99']);
  });

  it('are one row a batch, however often they were told in it', () => {
    const all = frames(20);
    const pauses = [20, 21, 22, 30, 31].map((at, i) =>
      packet(21 + 5 + i, at, i % 3 === 0 ? 1001 : 1005, ACK),
    );
    const { parser } = run([...all, ...pauses], 0, 1000);
    const flows = flowRows(parser.take().flows);
    assert.deepEqual(flows.map(told).sort(), ['1001 idle 4', '1002 idle 2']);
    const [row] = flows.filter(({ client, server }) => Math.min(client.port, server.port) === 1001);
    assert.deepEqual([row?.start, row?.end, row?.tcp?.state], [1e9, 1e9 + 20, 'closed']);
    parser.end();
    const rest = flowRows(parser.take().flows).map((flow) => [told(flow), flow.start]);
    // What is told next begins with the first packet after what was told before.
    assert.deepEqual(rest[0], ['1001 end 1', 1e9 + 30]);
  });

  it('are told the same by whoever goes on with a file', () => {
    const all = frames(100);
    const whole = run(all).rows;
    for (const skip of [10, 30, 70])
      assert.deepEqual(run(all, skip).rows, whole.slice(skip / 10), `from packet ${skip + 1}`);
  });
});
