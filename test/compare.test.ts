import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Causes, patternOf } from '../scripts/compare/causes.ts';
import { type ComparedField, chooseFields, FIELDS, GOALS, goalOf } from '../scripts/compare/fields.ts';
import { comparePair, type PairOptions, sideCommand } from '../scripts/compare/pair.ts';
import { knownFields } from '../scripts/compare/probe.ts';
import { RowSplitter, SEPARATOR } from '../scripts/compare/rows.ts';
import { countLone, countPair, FileTally, scoreField } from '../scripts/compare/tally.ts';

const number: ComparedField = { name: 'tcp.seq', group: 'transport', kind: 'number' };
const code: ComparedField = { name: '_ws.col.Protocol', group: 'names', kind: 'code' };
const flags: ComparedField = { name: 'tcp.flags', group: 'transport', kind: 'code' };
const stack: ComparedField = { name: 'frame.protocols', group: 'names', kind: 'code' };
const text: ComparedField = { name: '_ws.col.Info', group: 'info', kind: 'text' };
const key: ComparedField = { name: 'frame.number', group: 'link', kind: 'number' };

const row = (...values: string[]): string => values.join(SEPARATOR);

describe('rows', () => {
  it('keeps a value with line ends in one row', () => {
    const splitter = new RowSplitter(3);
    const rows = splitter.push(
      `${row('1', 'a', 'b')}\n${row('2', 'two\nlines\n', 'b')}\n${row('3', '', '')}\n`,
    );
    assert.deepEqual(rows, [row('1', 'a', 'b'), row('2', 'two\nlines\n', 'b'), row('3', '', '')]);
  });

  it('takes a line of noise as a row of its own and finds the next row', () => {
    const splitter = new RowSplitter(2);
    assert.deepEqual(
      splitter
        .push(`noise\n${row('1', 'a')}\n`)
        .at(-1)
        ?.endsWith(row('1', 'a')),
      true,
    );
    const strict = new RowSplitter(3);
    assert.deepEqual(strict.push(`${row('1', 'cut')}\n${row('2', 'a', 'b')}\n`), [
      row('1', 'cut'),
      row('2', 'a', 'b'),
    ]);
  });

  it('does not depend on where the output is cut into chunks', () => {
    const value = fc.stringMatching(/^[ab\n]{0,4}$/);
    const rows = fc.array(fc.tuple(fc.nat(99), value).map(([n, v]) => row(String(n), v, 'end')));
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (wanted, sizes) => {
        const output = wanted.map((each) => `${each}\n`).join('');
        const splitter = new RowSplitter(3);
        const got: string[] = [];
        for (let at = 0, turn = 0; at < output.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          got.push(...splitter.push(output.slice(at, at + size)));
          at += size;
        }
        got.push(...splitter.finish());
        assert.deepEqual(got, wanted);
      }),
    );
  });

  it('gives the last row also without a line end', () => {
    const splitter = new RowSplitter(2);
    assert.deepEqual(splitter.push(row('1', 'a')), []);
    assert.deepEqual(splitter.finish(), [row('1', 'a')]);
  });
});

describe('agreement', () => {
  const fields = [key, number];

  function tallyOf(file: string, pairs: readonly [string, string][], causes: Causes): FileTally {
    const tally = new FileTally(file, fields.length);
    for (const [index, [theirs, ours]] of pairs.entries()) {
      countPair(tally, fields, row(String(index + 1), theirs), row(String(index + 1), ours), causes);
    }
    return tally;
  }

  it('is the mean over files, whatever their size', () => {
    const causes = new Causes(fields);
    const large = tallyOf(
      'large',
      Array.from({ length: 98 }, () => ['1', '1']),
      causes,
    );
    const small = tallyOf(
      'small',
      [
        ['1', '1'],
        ['1', '2'],
      ],
      causes,
    );
    const score = scoreField(number, 1, 0.995, [large, small]);
    assert.equal(score.agreement, 0.75);
    assert.equal(score.agreementPooled, 0.99);
    assert.equal(score.met, false);
    assert.deepEqual(score.worst, [{ file: 'small', agreement: 0.5 }]);
  });

  it('among packets with a value leaves out those where both sides are empty', () => {
    const causes = new Causes(fields);
    const rare = tallyOf(
      'rare',
      [
        ['', ''],
        ['', ''],
        ['7', '7'],
        ['7', ''],
      ],
      causes,
    );
    const never = tallyOf(
      'never',
      [
        ['', ''],
        ['', ''],
      ],
      causes,
    );
    const score = scoreField(number, 1, null, [rare, never]);
    assert.equal(score.agreement, (0.75 + 1) / 2);
    assert.equal(score.agreementPresent, 0.5);
    assert.equal(score.packetsPresent, 2);
    assert.equal(score.filesPresent, 1);
  });

  it('counts a packet of one side against every field', () => {
    const causes = new Causes(fields);
    const tally = tallyOf('file', [['1', '1']], causes);
    countLone(tally, row('2', '5'), 'theirs', causes);
    assert.equal(scoreField(key, 0, 0.995, [tally]).agreement, 0.5);
    assert.equal(scoreField(number, 1, 0.995, [tally]).agreementPresent, 0.5);
    assert.equal(tally.missing, 1);
    assert.equal(causes.groups(1)[0]?.points, 50);
  });

  it('with no file at all is 0, not a goal met', () => {
    assert.equal(scoreField(number, 1, 0.995, []).met, false);
  });
});

describe('goals', () => {
  it('stand for the fields of link, network and transport and for the two names', () => {
    const goalByName = new Map(FIELDS.map((field) => [field.name, goalOf(field, GOALS.seen)]));
    assert.equal(goalByName.get('ip.src'), 0.995);
    assert.equal(goalByName.get('_ws.col.Protocol'), 0.97);
    assert.equal(goalByName.get('frame.protocols'), 0.95);
    assert.equal(goalByName.get('_ws.col.Info'), null);
    assert.equal(goalOf(code, GOALS.unseen), 0.92);
    assert.equal(goalOf(stack, GOALS.unseen), 0.88);
  });

  it('are for each field once', () => {
    assert.equal(new Set(FIELDS.map((field) => field.name)).size, FIELDS.length);
    assert.equal(FIELDS[0]?.name, 'frame.number');
  });
});

describe('choice of fields', () => {
  it('puts the key first and takes names that the table lacks', () => {
    const names = chooseFields(['mqtt.topic', 'tcp.seq']).map((field) => field.name);
    assert.deepEqual(names, ['frame.number', 'tcp.seq', 'mqtt.topic']);
  });
});

describe('patterns', () => {
  const cases: [ComparedField, string, string, string][] = [
    [code, 'HTTP', 'TCP', 'HTTP → TCP'],
    [code, '', 'TCP', '(nothing) → TCP'],
    [flags, '0x0010', '', 'a value → nothing'],
    [flags, '0x0010', '0x0018', '0x0010 → 0x0018'],
    [flags, '1,2', '', 'a value → nothing'],
    [stack, 'eth:ethertype:ip:tcp:tls', 'eth:ethertype:ip:tcp', 'tcp | tls → (nothing)'],
    [stack, 'eth:ethertype:ip:udp:dns', 'eth:ethertype:ip:udp:mdns', 'udp | dns → mdns'],
    [stack, 'sll:ip', 'eth:ip', 'sll:ip → eth:ip'],
    [number, '1', '', 'a value → nothing'],
    [number, '', '1', 'nothing → a value'],
    [number, '100', '101', 'n → n + 1'],
    [number, '100', '98', 'n → n − 2'],
    [number, '100', '4000000000', 'a number → another'],
    [number, '0', '5', '0 → a number'],
    [number, '0x10', '16', 'a number → the same, written otherwise'],
    [number, '1,2', '1', 'several values → only the first ones'],
    [number, '1', '1,2', 'values → the same and more'],
    [number, '1,2', '2,1', 'several values → other order'],
    [number, '1,2', '3,4', 'several values → as many, other ones'],
    [text, 'Host', 'host', 'text → other case'],
    [text, '443 → 80 Seq=1 Ack=2', '443 → 80 Seq=7 Ack=2', 'numbers differ: Seq=#'],
    [text, '10.0.0.1', '10.0.0.2', '# → #'],
    [text, 'GET /a', 'GET /a HTTP', 'text → the same and more'],
  ];
  for (const [field, theirs, ours, pattern] of cases) {
    it(`${field.name}: ${theirs || '(nothing)'} and ${ours || '(nothing)'}`, () => {
      assert.equal(patternOf(field, theirs, ours), pattern);
    });
  }

  it('rank what costs the mean over files most first, not what is most frequent', () => {
    const fields = [key, code];
    const causes = new Causes(fields);
    const large = new FileTally('large', 2);
    for (let frame = 1; frame <= 100; frame++) {
      const ours = frame <= 5 ? 'X' : 'TCP';
      countPair(large, fields, row(String(frame), 'TCP'), row(String(frame), ours), causes);
    }
    const small = new FileTally('small', 2);
    countPair(small, fields, row('1', 'ARP'), row('1', ''), causes);
    const groups = causes.groups(2);
    assert.deepEqual(
      groups.map((group) => [group.pattern, group.count, group.points]),
      [
        ['ARP → (nothing)', 1, 50],
        ['TCP → X', 5, 2.5],
      ],
    );
    assert.equal(groups[1]?.examples[0]?.frame, '1');
  });
});

describe('two sides of one file', () => {
  const fields = [key, code];

  /** A side that prints these rows and then runs `after`. */
  function side(rows: readonly string[], after = '') {
    const script = `process.stdout.write(${JSON.stringify(rows.map((each) => `${each}\n`).join(''))});${after}`;
    return {
      words: [process.execPath, '-e', script, '--', '{}'],
      known: new Set(fields.map((field) => field.name)),
    };
  }

  async function compare(theirs: PairOptions['theirs'], ours: PairOptions['ours'], timeoutSeconds = 30) {
    const causes = new Causes(fields);
    const options = { theirs, ours, fields, timeoutSeconds, environment: process.env };
    return { result: await comparePair('file', options, causes), causes };
  }

  it('are brought together by frame number', async () => {
    const { result, causes } = await compare(
      side([row('1', 'ARP'), row('2', 'DNS'), row('3', 'TCP')]),
      side([row('1', 'ARP'), row('3', 'UDP'), row('4', 'TCP')]),
    );
    assert.equal(result.tally.packets, 4);
    assert.equal(result.tally.missing, 1);
    assert.equal(result.tally.surplus, 1);
    assert.equal(result.tally.equal[1], 1);
    assert.equal(result.leftOut, null);
    assert.ok(causes.groups(1).some((group) => group.pattern === 'TCP → UDP'));
  });

  it('tell of a side that fails part of the way', async () => {
    const failing = side(
      [row('1', 'ARP')],
      'console.error("eyrie: cut short at byte 40"); process.exitCode = 2',
    );
    const { result } = await compare(side([row('1', 'ARP'), row('2', 'ARP')]), failing);
    assert.equal(result.ours.exit, 2);
    assert.equal(result.ours.message, 'cut short at byte 40');
    assert.equal(result.tally.missing, 1);
  });

  it('end a side that hangs and count what it had printed', async () => {
    const known = new Set(['frame.number', '_ws.col.Protocol']);
    // A shell starts so fast that a second of silence means what it says, on a busy machine too.
    const shell = (script: string) => ({ words: ['sh', '-c', script, '{}'], known });
    const hanging = shell(`printf '1\\037ARP\\n'; sleep 1000`);
    const { result } = await compare(shell(`printf '1\\037ARP\\n2\\037ARP\\n'`), hanging, 1);
    assert.equal(result.ours.hung, true);
    assert.equal(result.theirs.hung, false);
    assert.equal(result.tally.equal[1], 1);
    assert.equal(result.tally.missing, 1);
  });

  it('are not counted when tshark cannot read the file', async () => {
    const { result, causes } = await compare(side([], 'process.exitCode = 2'), side([row('1', 'ARP')]));
    assert.match(result.leftOut ?? '', /exit status 2.*ours: 1 packets/);
    assert.equal(causes.groups(1).length, 0);
  });

  it('put the columns of a side that lacks a field in their places', async () => {
    const partial = { ...side([row('1'), row('2')]), known: new Set(['frame.number']) };
    const { result, causes } = await compare(side([row('1', 'ARP'), row('2', '')]), partial);
    assert.equal(result.tally.equal[0], 2);
    assert.equal(result.tally.equal[1], 1);
    assert.equal(causes.groups(1)[0]?.pattern, 'ARP → (nothing)');
  });

  it('are asked for the fields they know', () => {
    const command = sideCommand({ words: ['tshark', '-r', '{}', '-n'], known: new Set(['a.b']) }, 'x.pcap', [
      'a.b',
      'c.d',
    ]);
    assert.deepEqual(command.slice(0, 8), ['tshark', '-r', 'x.pcap', '-n', '-T', 'fields', '-e', 'a.b']);
    assert.ok(!command.includes('c.d'));
  });
});

describe('probe', () => {
  const names = ['frame.number', 'a.b', 'c.d', 'e.f'];

  function known(script: string) {
    return knownFields([process.execPath, '-e', script, '--', '{}'], names, 'probe.pcap', process.env);
  }

  it('leaves out the fields that the error names', () => {
    const script = `
      const bad = process.argv.filter((word) => word === 'a.b' || word === 'e.f');
      if (bad.length > 0) { console.error('unknown field ' + bad[0] + ': did you mean c.d?'); process.exitCode = 1; }`;
    assert.deepEqual([...known(script).known], ['frame.number', 'c.d']);
  });

  it('finds them one by one when the error names none', () => {
    const script = `if (process.argv.includes('c.d')) process.exitCode = 1;`;
    assert.deepEqual([...known(script).known], ['frame.number', 'a.b', 'e.f']);
  });

  it('tells why a side does not run at all', () => {
    const { known: none, error } = known(`console.error('no such command'); process.exitCode = 2;`);
    assert.equal(none.size, 0);
    assert.equal(error, 'no such command');
  });
});
