// What `eyrie read` prints beside what tshark prints, in the same words and shapes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { eyrieRead } from './support/read.ts';

const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const skip = requireTool('tshark');
const noCapinfos = requireTool('capinfos');

function read(...args: string[]): string {
  const { stdout, stderr } = eyrieRead(args);
  assert.equal(stderr, '');
  return stdout;
}

function failed(...args: string[]): string {
  const { status, stdout, stderr } = eyrieRead(args);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  return stderr;
}

function tshark(...args: string[]): string {
  return execFileSync('tshark', ['-n', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The layer of that name in each packet, as JSON. */
function layers(json: string, name: string): unknown[] {
  return JSON.parse(json).map(
    (packet: { _source: { layers: Record<string, unknown> } }) => packet._source.layers[name],
  );
}

it('-G fields has the lines of tshark -G fields', () => {
  const lines = new Set(read('-G', 'fields').split('\n'));
  for (const line of [
    'P\tDomain Name System\tdns',
    'F\tSource Address\tip.src\tFT_IPv4\tip\t\t0x0\t',
    'F\tDifferentiated Services Field\tip.dsfield\tFT_UINT8\tip\tBASE_HEX\t0x0\t',
    "F\tDon't fragment\tip.flags.df\tFT_BOOLEAN\tip\t8\t0x40\t",
    'F\tFrame Number\tframe.number\tFT_UINT32\tframe\tBASE_DEC\t0x0\t',
  ])
    assert.ok(lines.has(line), line);
  assert.match(failed('-G', 'feilds'), /did you mean fields\?/);
});

describe('beside tshark', { skip }, () => {
  const columns = [
    '-o',
    'gui.column.format:"No.","%m","From, to","%s","Port","%Cus:tcp.srcport || udp.srcport:0:R","What","%i"',
  ];
  it('-T psml has the columns of -o gui.column.format', () => {
    const args = ['-r', sample, '-c', '200', '-T', 'psml', ...columns];
    const [ours, theirs] = [read(...args), tshark(...args)].map((text) =>
      text.replace(/creator="[^"]*"/, ''),
    );
    assert.equal(ours, theirs);
  });
  it('-e _ws.col.TITLE names a column of -o gui.column.format', () => {
    const names = ['From, to', 'Port', 'What', 'Protocol'].flatMap((title) => ['-e', `_ws.col.${title}`]);
    for (const type of ['fields', 'json', 'ek']) {
      const args = ['-r', sample, '-c', '200', '-T', type, ...names, ...columns];
      assert.equal(read(...args), tshark(...args));
    }
    assert.match(
      failed('-r', sample, '-T', 'fields', '-e', '_ws.col.Nope', ...columns),
      /no such field: _ws.col.Nope/,
    );
  });

  for (const format of ['a', 'ad', 'adoy', 'd', 'dd', 'e', 'r', 'u', 'ud', 'udoy'])
    it(`-t ${format}`, () => {
      const args = ['-c', '400', '-t', format, '-Y', 'arp || icmpv6'];
      assert.equal(read(sample, ...args), tshark('-r', sample, ...args));
    });

  it('-t as a field, with the time since the previous packet', () => {
    const args = ['-c', '400', '-t', 'dd', '-Y', 'arp || icmpv6', '-T', 'fields'];
    const columns = ['-e', '_ws.col.Time', '-e', 'frame.time_delta_displayed'];
    assert.equal(read(sample, ...args, ...columns), tshark('-r', sample, ...args, ...columns));
  });

  it('-T json -j and -T ek -J', () => {
    const some = ['-c', '30', '-Y', 'dns', '-T'];
    const groups = [...some, 'json', '-j', 'dns Queries'];
    assert.equal(read(sample, ...groups), tshark('-r', sample, ...groups));
    const whole = [...some, 'ek', '-J', 'udp'];
    // tshark adds a member named text for each group of fields.
    const theirs = tshark('-r', sample, ...whole).replaceAll(/"text":"[^"]*",/g, '');
    const documents = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    assert.deepEqual(documents(read(sample, ...whole)), documents(theirs));
  });

  it('-T pdml -j', () => {
    const all = ['-c', '60', '-Y', 'arp', '-T', 'pdml', '-j', 'arp'];
    const packets = (text: string): string[] => text.split('<packet>').slice(1);
    assert.deepEqual(packets(read(sample, ...all)), packets(tshark('-r', sample, ...all)));
  });

  it('-S between packets', () => {
    const all = ['-c', '9', '-P', '-x', '-S', '--- 8< ---'];
    assert.equal(read(sample, ...all), tshark('-r', sample, ...all));
  });

  it('-T psml', () => {
    const args = ['-c', '40', '-T', 'psml'];
    assert.equal(
      read(sample, ...args),
      tshark('-r', sample, ...args).replace(/creator="[^"]*"/, 'creator="eyrie"'),
    );
  });

  it('-T pdml: general info of a packet', () => {
    const general = (text: string): string[] =>
      text.match(/ {2}<proto name="(geninfo|frame)".*?\n {2}<\/proto>/gs)!;
    const args = ['-c', '40', '-T', 'pdml'];
    assert.deepEqual(general(read(sample, ...args)), general(tshark('-r', sample, ...args)));
  });

  for (const type of ['json', 'jsonraw'])
    it(`-T ${type}: the frame, addresses and ports`, () => {
      const args = ['-c', '40', '-T', type];
      const [ours, theirs] = [read(sample, ...args), tshark('-r', sample, ...args)];
      if (type === 'json') assert.deepEqual(layers(ours, 'ip'), layers(theirs, 'ip'));
      if (type === 'json') assert.deepEqual(layers(ours, 'frame'), layers(theirs, 'frame'));
    });

  it('-O shows the fields of some protocols', () => {
    const args = ['-c', '20', '-O', 'frame'];
    const heads = (text: string): string[] => text.split('\n').filter((line) => /^( |Frame)/.test(line));
    assert.deepEqual(heads(read(sample, ...args)), heads(tshark('-r', sample, ...args)));
  });

  it('-e with a protocol prints its line', () => {
    const args = [
      '-c',
      '200',
      '-T',
      'fields',
      '-e',
      'frame',
      '-e',
      'eth',
      '-e',
      'ip',
      '-e',
      'udp',
      '-e',
      'tcp',
    ];
    assert.equal(read(sample, ...args), tshark('-r', sample, ...args));
  });

  for (const how of ['frames', 'noascii', 'delimit'])
    it(`--hexdump ${how}`, () => {
      const args = ['-c', '5', '--hexdump', how];
      assert.equal(read(sample, ...args), tshark('-r', sample, ...args));
    });

  for (const protocol of ['tls', 'quic'])
    it(`-x: what was reassembled or decrypted of ${protocol}, under tshark's titles, each once`, () => {
      const args = ['-Y', protocol, '-x'];
      const titles = (text: string): string[] => text.match(/^\w.* \(\d+ bytes?\):$/gm) ?? [];
      const ours = titles(read(sample, ...args));
      assert.notEqual(ours.length, 0);
      assert.deepEqual(ours, titles(tshark('-r', sample, ...args)));
    });

  it('-R with -2: packets are renumbered', () => {
    const args = ['-2', '-R', 'dns', '-T', 'fields', '-e', 'frame.number', '-e', 'dns.id'];
    assert.equal(read(sample, ...args), tshark('-r', sample, ...args));
  });

  it('a filter as the last arguments, with -r or after the file', () => {
    const expected = tshark('-r', sample, '-T', 'fields', '-e', 'frame.number', 'tcp.port == 80', 'and http');
    const args = ['-T', 'fields', '-e', 'frame.number', 'tcp.port == 80', 'and http'];
    assert.equal(read('-r', sample, ...args), expected);
    assert.equal(read(sample, ...args), expected);
  });

  it('-F writes formats that capinfos recognizes', { skip: noCapinfos }, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-formats-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const [type, known] of [
      ['pcapng', 'pcapng'],
      ['nsecpcap', 'nanosecond pcap'],
    ] as const) {
      const path = join(folder, `of-${type}.cap`);
      read(sample, '-c', '10', '-F', type, '-w', path);
      const about = execFileSync('capinfos', ['-t', '-c', path], { encoding: 'utf8' });
      assert.match(about, new RegExp(`- ${known}\\n.*packets: +10`));
    }
  });
});

describe('invalid arguments', () => {
  it('are each reported in one line', () => {
    assert.match(failed(sample, '-t', 'x'), /^eyrie: -t x is not known; use a \(time of day\).*\n$/);
    assert.match(failed(sample, '-O', 'tpc,ip'), /^eyrie: -O: no such protocol: tpc \(did you mean .*\)\n$/);
    assert.match(
      failed(sample, '-F', 'pcapng2', '-w', '/dev/null'),
      /^eyrie: -F pcapng2: did you mean pcapng\?.*\n$/,
    );
    assert.match(failed(sample, '--hexdump', 'x'), /^eyrie: --hexdump x is not known;.*\n$/);
    assert.match(failed(sample, '-Y', 'ip', 'tcp'), /^eyrie: two display filters.*\n$/);
    assert.match(failed(sample, '-T', 'yaml'), /^eyrie: -T yaml is not known;.*\n$/);
  });
});

describe('tshark’s switches', { skip }, () => {
  const same = (...args: string[]): void =>
    assert.equal(read(sample, ...args), tshark('-r', sample, ...args));

  it('-a packets:N ends the reading of a file, too', () => same('-a', 'packets:5'));

  it('a disabled protocol is left to what carries it', () => {
    same('--disable-protocol', 'http', '--disable-protocol', 'dns', '-c', '60');
    same('--disable-protocol', 'tls', '--disable-protocol', 'http', '-Y', 'tls || http', '-c', '200');
  });

  it('--only-protocols dissects no others', () => {
    const names = read(
      sample,
      '-c',
      '200',
      '--only-protocols',
      'eth,ip,tcp',
      '-T',
      'fields',
      '-e',
      'frame.protocols',
    );
    const found = new Set(names.trim().split(/[\n:]/));
    assert.deepEqual([...found].sort(), ['data', 'eth', 'ethertype', 'ip', 'tcp']);
  });

  it('a disabled heuristic is one of -G heuristic-decodes', () => {
    assert.match(failed(sample, '--disable-heuristic', 'htp_tcp'), /-G heuristic-decodes lists all/);
    assert.match(failed(sample, '--disable-protocol', 'htp'), /no such protocol/);
  });

  it('--no-duplicate-keys: values of one name are an array', () => {
    const args = ['--no-duplicate-keys', '-T', 'json', '-c', '400', '-Y', 'tcp.options && !icmp'];
    for (const name of ['eth', 'tcp']) {
      const theirs = layers(tshark('-r', sample, ...args), name);
      assert.ok(theirs.length > 5);
      assert.deepEqual(layers(read(sample, ...args), name), theirs);
    }
  });

  it('columns have the names that newer tsharks give them, too', () => {
    const older = ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'];
    const newer = ['number', 'cls_time', 'def_src', 'def_dst', 'protocol', 'packet_length', 'info'];
    const lines = (names: readonly string[]): string =>
      read(sample, '-c', '50', '-T', 'fields', ...names.flatMap((name) => ['-e', `_ws.col.${name}`]));
    assert.equal(lines(newer), lines(older));
    assert.equal(read(sample, '_ws.col.info contains "GET"'), read(sample, '_ws.col.Info contains "GET"'));
  });
});
