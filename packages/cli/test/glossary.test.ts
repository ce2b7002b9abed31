// The reports of `eyrie read -G`: lines that `tshark -G` has, too.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { columnNamed } from '@eyrie/dissect';
import { entriesWith } from '../src/fields/command.ts';
import { decodeLines, heuristicLines } from '../src/fields/decodes.ts';
import { columnLines } from '../src/fields/glossary.ts';
import { preferenceLines } from '../src/fields/preferences.ts';
import { valueLines } from '../src/fields/values.ts';

function assertHas(found: Iterable<string>, lines: readonly string[]): void {
  const all = new Set(found);
  for (const line of lines) assert.ok(all.has(line), line);
}

describe('-G', () => {
  it('values', () => {
    assertHas(valueLines(), [
      'V\teth.type\t0x800\tIPv4',
      'V\tdns.flags.opcode\t0\tStandard query',
      'T\tdns.flags.response\tMessage is a response\tMessage is a query',
      'T\tip.flags.df\tSet\tNot set',
      'T\tarp.isgratuitous\tTrue\tFalse',
    ]);
  });

  it('values has no names that only write the number otherwise', () => {
    assert.ok(![...valueLines()].some((line) => line.startsWith('V\tip.frag_offset\t')));
  });

  it('decodes', () => assertHas(decodeLines(), ['tcp.port\t443\ttls', 'ip.proto\t17\tudp']));

  it('heuristic-decodes: what is recognized by content, each once', () => {
    assertHas(heuristicLines(), ['udp\twg\tT', 'tcp\tdicom\tT', 'netbios\tsmb2\tT']);
    const lines = [...heuristicLines()];
    assert.equal(new Set(lines).size, lines.length);
  });

  it('column-formats: tshark’s signs and titles, each with a field that -e knows', () => {
    assertHas(columnLines(), ['%Rt\tRelative time\tframe.time_relative', '%hs\tHardware src addr\teth.src']);
    for (const line of columnLines()) assert.ok(columnNamed(line.split('\t')[2]!) !== undefined, line);
  });

  it('defaultprefs', () => assertHas(preferenceLines(), ['#ip.check_checksum: FALSE']));
});

describe('eyrie fields', () => {
  it('lists the fields of a protocol before fields that only name it', () => {
    const names = entriesWith('DNS', false).map(({ name }) => name);
    const own = names.filter((name) => name.startsWith('dns.'));
    assert.deepEqual(names.slice(0, own.length), own.toSorted());
    assert.ok(names.length > own.length, 'others are there, too');
    assert.equal(entriesWith('dns', true)[0]!.name, 'dns');
  });
});
