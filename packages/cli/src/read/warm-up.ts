// Runs before the start-up snapshot is taken: reads captures as the usual tasks do, so that the snapshot holds the bytecode
// that most captures need.
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import { CaptureReader, columnNamed, Dissector, newFrame, ProtocolHierarchy } from '@eyrie/dissect';
import { Output } from '../terminal/output.ts';
import { FieldsPrinter, parseFieldsFormat } from './fields.ts';
import { LinesPrinter } from './lines.ts';

/**
 * V8 sizes a class's instances by the first eight (slack tracking). A snapshot ends that early: after fewer, none of them
 * alive, it leaves no room for members within the object. Those with many private members, such as `FlowTable`, then become
 * dictionaries, and reading a fifth slower.
 */
const INSTANCES = 8;

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'ip.src',
  'ip.dst',
  'tcp.srcport',
  'tcp.seq',
  'frame.len',
];

export function warmUp(captures: readonly Uint8Array[]): void {
  const out = new Output(openSync(devNull, 'w'));
  const fields = FIELDS.map((name) => columnNamed(name)!);
  const tasks = Array.from({ length: INSTANCES }, () => ({
    readers: captures.map(() => new CaptureReader()),
    dissector: new Dissector({ timesConversations: false }),
    hierarchy: new ProtocolHierarchy(),
    printers: [new LinesPrinter(out, true), new FieldsPrinter(out, fields, parseFieldsFormat([]))],
  }));
  const frame = newFrame();
  for (const { readers, dissector, hierarchy, printers } of tasks)
    for (const [i, reader] of readers.entries()) {
      dissector.session.interfaces = reader.interfaces;
      reader.feed(captures[i]!);
      while (reader.next(frame)) {
        const packet = dissector.dissect(frame);
        hierarchy.add(packet);
        for (const printer of printers) printer.see(packet);
      }
    }
  out.flush();
}
