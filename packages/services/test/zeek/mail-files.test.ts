// The files that mails carry, in files.log and smtp.log: each part as it was before it was encoded.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Dissector, newFrame } from '@eyrie/dissect';
import fc from 'fast-check';
import { framesOf } from '../../../../test/support/tls-session.ts';
import { type LogKind, type RowSink, ZeekLogs } from '../../src/zeek/index.ts';

type Row = Record<string, unknown>;

/** The rows of smtp.log and files.log for one mail. */
function logged(message: Buffer): { mail: Row | undefined; files: Row[] } {
  const rows: Record<string, Row[]> = { smtp: [], files: [] };
  const sink: RowSink = {
    write<T>({ path, columns }: LogKind<T>, row: T) {
      rows[path]?.push(Object.fromEntries(columns.map(([name, , read]) => [name, read(row) ?? null])));
    },
  };
  const dissector = new Dissector({ matchReplies: false });
  const logs = new ZeekLogs(dissector.session, sink);
  const said: ['>' | '<', Uint8Array][] = [
    ['<', Buffer.from('220 mx ESMTP\r\n')],
    ['>', Buffer.from('MAIL FROM:<ana@example.org>\r\n')],
    ['<', Buffer.from('250 Ok\r\n')],
    ['>', Buffer.from('DATA\r\n')],
    ['<', Buffer.from('354 Go on\r\n')],
    ['>', Buffer.concat([message, Buffer.from('\r\n.\r\n')])],
    ['<', Buffer.from('250 Ok\r\n')],
  ];
  for (const frame of framesOf(said, 25)) logs.add(dissector.dissect({ ...newFrame(), ...frame }));
  logs.end();
  return { mail: rows.smtp![0], files: rows.files! };
}

const mailOf = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');
const md5 = (text: string) => hash('md5', Buffer.from(text, 'latin1'));

describe('the files of a mail', () => {
  it('are its parts, decoded, those within others included; smtp.log names them', () => {
    const { mail, files } = logged(
      mailOf(
        'From: ana@example.org',
        'Content-Type: multipart/mixed;',
        '\tboundary="outer"',
        '',
        'for clients that know no MIME',
        '--outer',
        'Content-Type: multipart/alternative; boundary=inner',
        '',
        '--inner',
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'caf=E9 is =',
        'open --outer',
        '--inner',
        '',
        'a part without a header',
        '--inner--',
        '',
        '--outer',
        'Content-Type: application/octet-stream; name="b.bin"',
        'Content-Transfer-Encoding: BASE64',
        'Content-Disposition: attachment; filename="a.bin"',
        '',
        Buffer.from('twelve bytes').toString('base64').slice(0, 8),
        Buffer.from('twelve bytes').toString('base64').slice(8),
        '--outer--',
        'not a part',
      ),
    );
    const seen = files.map(({ source, depth, filename, seen_bytes, md5 }) => [
      ...[source, depth, filename, seen_bytes, md5],
    ]);
    assert.deepEqual(seen, [
      ['SMTP', 3, null, 20, md5('caf\xe9 is open --outer')],
      ['SMTP', 4, null, 23, md5('a part without a header')],
      ['SMTP', 5, 'a.bin', 12, md5('twelve bytes')],
    ]);
    assert.deepEqual(
      mail?.fuids,
      files.map(({ fuid }) => fuid),
    );
  });

  it('are the body alone if it has no parts; an empty one is none', () => {
    const plain = logged(mailOf('Subject: x', '', 'first', 'second'));
    assert.deepEqual(
      plain.files.map(({ depth, md5 }) => [depth, md5]),
      [[1, md5('first\r\nsecond')]],
    );
    assert.deepEqual(plain.mail?.fuids, [plain.files[0]?.fuid]);
    const empty = logged(mailOf('Subject: x', '', ''));
    assert.deepEqual([empty.mail?.fuids, empty.files], [[], []]);
  });

  it('of a mail cut off within a part, or nested without end, are bounded', () => {
    const cut = mailOf('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'the rest');
    assert.equal(logged(cut).files[0]?.md5, md5('the rest'));
    const nested = Array.from({ length: 1000 }, () => 'Content-Type: message/rfc822\r\n\r\n').join('');
    assert.deepEqual(logged(Buffer.from(nested)).files, []);
    const many = mailOf('Content-Type: multipart/mixed; boundary=b', '', ...Array(1000).fill('--b\r\n\r\nx'));
    assert.equal(logged(many).files.length, 199);
  });

  it('any message: nothing throws', () => {
    const piece = fc.constantFrom(
      '--b',
      '--b--',
      '\r\n',
      '\r\n\r\n',
      'Content-Type: message/rfc822',
      '=',
      'x',
    );
    const head = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        logged(Buffer.from(head + pieces.join('')));
      }),
      { numRuns: 100 },
    );
  });
});
