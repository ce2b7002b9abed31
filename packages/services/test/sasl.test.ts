// Lines of SASL as mail clients send them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beginSasl, continueSasl, type SaslLogin } from '../src/detect/readers/sasl.ts';

const login = (): SaslLogin => ({ user: '', hasPassword: false, guess: 0, mechanism: '' });
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

describe('SASL', () => {
  it('tells who it is with which password, at once or line by line', () => {
    const plain = login();
    assert.ok(beginSasl(plain, ` PLAIN ${base64('\0anna\0secret')}`));
    assert.deepEqual([plain.user, plain.hasPassword], ['anna', true]);
    const lines = login();
    assert.ok(!beginSasl(lines, ' login'));
    assert.ok(!continueSasl(lines, base64('anna')));
    assert.ok(continueSasl(lines, base64('secret')));
    assert.deepEqual([lines.user, lines.hasPassword], ['anna', true]);
  });

  it('that the client gives up is no password (RFC 4954 §4)', () => {
    for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
      const given = login();
      beginSasl(given, ` ${mechanism}`);
      assert.ok(!continueSasl(given, '*'));
      assert.deepEqual([given.hasPassword, given.mechanism], [false, '']);
    }
  });
});
