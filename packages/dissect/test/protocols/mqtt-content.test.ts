// MQTT 5.0 messages that name their content type.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { framePath } from '../../src/core/path.ts';
import { contentTypeIn } from '../../src/protocols/apps/mqtt-properties.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, ETHERNET, join } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const CONNECT = bytesOf('100d 00044d515454 05 02 003c 00 0000');

/** A publication at QoS 0 on topic `t` with these properties. */
function publish(properties: Uint8Array, body: string): Uint8Array {
  const rest = join(bytesOf('000174'), Uint8Array.of(properties.length), properties, text(body));
  return join(Uint8Array.of(0x30, rest.length), rest);
}

function lastOf(frames: readonly Uint8Array[]): string {
  const dissector = new Dissector();
  const lines = frames.map((frame) => {
    const p = dissect([frame], ETHERNET, dissector);
    return `${framePath(p)} ${infoColumn(p)}`;
  });
  return lines.at(-1)!;
}

test('MQTT 5.0: a message is of the content type among its properties, behind others', () => {
  const properties = join(bytesOf('26 0001 6b 0001 76 02 00000009 03 0010'), text('application/json'));
  const frames = talk(1883, [
    ['>', CONNECT],
    ['>', publish(properties, '{"a":1}')],
  ]);
  assert.equal(
    lastOf(frames),
    'eth:ethertype:ip:tcp:mqtt:json Publish Message [t], JavaScript Object Notation (application/json)',
  );
});

test('MQTT 5.0: properties of any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const found = contentTypeIn(bytes, 0, bytes.length);
      assert.ok(found === null || found.stop <= bytes.length);
    }),
  );
});
