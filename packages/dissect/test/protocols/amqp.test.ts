// AMQP 0-9-1 as RabbitMQ speaks it: arguments of methods, tables, content headers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from '../../src/core/tree.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, ETHERNET, fieldsOf, join } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const long = (bytes: Uint8Array): Uint8Array => join(Uint8Array.of(0, 0, 0, bytes.length), bytes);
const short = (s: string): Uint8Array => join(Uint8Array.of(s.length), text(s));

function frame(type: number, body: Uint8Array): Uint8Array {
  return join(Uint8Array.of(type, 0, 1, 0, 0, 0, body.length), body, Uint8Array.of(0xce));
}

const said = (bytes: Uint8Array) => dissect(talk(5672, [['>', bytes]]), ETHERNET);

test('AMQP: arguments of a method, with bits and a table', () => {
  const table = long(
    join(
      short('x-max'),
      text('I'),
      Uint8Array.of(0, 0, 1, 0),
      short('in'),
      text('F'),
      long(join(short('a'), text('S'), long(text('b')))),
    ),
  );
  const declare = frame(1, join(bytesOf('0032000a 0000'), short('orders'), Uint8Array.of(0b00110), table));
  const p = said(declare);
  assert.deepEqual(
    fieldsOf(p, [
      'amqp.method.arguments.queue',
      'amqp.method.arguments.durable',
      'amqp.method.arguments.passive',
      'amqp.method.arguments.exclusive',
      'amqp.field',
    ]),
    {
      'amqp.method.arguments.queue': 'orders',
      'amqp.method.arguments.durable': '1',
      'amqp.method.arguments.passive': '0',
      'amqp.method.arguments.exclusive': '1',
      'amqp.field': 'x-max (integer): 256,in (field table),a (string): b',
    },
  );
});

test('AMQP: the properties that a content header’s flags announce, and the body', () => {
  const header = frame(
    2,
    join(bytesOf('003c 0000 0000000000000005 9000'), short('text/plain'), Uint8Array.of(2)),
  );
  const p = said(join(header, frame(3, text('hello'))));
  assert.deepEqual(
    fieldsOf(p, [
      'amqp.header.body-size',
      'amqp.method.properties.content_type',
      'amqp.method.properties.delivery_mode',
      'amqp.payload',
    ]),
    {
      'amqp.header.body-size': '5',
      'amqp.method.properties.content_type': 'text/plain',
      'amqp.method.properties.delivery_mode': '2',
      'amqp.payload': '68656c6c6f',
    },
  );
});

test('AMQP: any arguments are survived', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0x0a000a, 0x0a000b, 0x32000a, 0x3c0014, 0x3c003c),
      fc.uint8Array({ maxLength: 120 }),
      (method, rest) => {
        const head = Uint8Array.of(0, method >> 16, 0, method);
        treeOf(said(frame(1, join(head, rest))));
        treeOf(said(frame(2, rest)));
      },
    ),
  );
});
