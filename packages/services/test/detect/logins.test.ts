// Logins of protocols whose servers answer with a code, in segments made by hand and in captures.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openCapture } from '@eyrie/capture';
import type { DetectEvent } from '@eyrie/detect';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';

const LINKTYPE_RAW = 101;

interface Side {
  port: number;
  next: number;
}

/** A TCP segment in IPv4, from 10.0.0.1 to the server 10.0.0.2 or back. */
function segment(isFromClient: boolean, sides: { client: Side; server: Side }, data: Buffer): Buffer {
  const [from, to] = isFromClient ? [sides.client, sides.server] : [sides.server, sides.client];
  const packet = Buffer.alloc(40 + data.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 64;
  packet[9] = 6;
  packet.set(isFromClient ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 12);
  packet.writeUInt16BE(from.port, 20);
  packet.writeUInt16BE(to.port, 22);
  packet.writeUInt32BE(from.next, 24);
  packet.writeUInt32BE(to.next, 28);
  packet[32] = 0x50;
  packet[33] = 0x18;
  packet.writeUInt16BE(65_535, 34);
  packet.set(data, 40);
  from.next += data.length;
  return packet;
}

function watching(): { watch: PacketWatch; dissector: Dissector; events: DetectEvent[] } {
  const dissector = new Dissector();
  const watch = new PacketWatch(dissector.session);
  const events: DetectEvent[] = [];
  watch.engine.see = (event) => void events.push(event);
  return { watch, dissector, events };
}

/** Client and server take turns, beginning with the client. */
function eventsOf(port: number, turns: readonly Buffer[]): string[] {
  const { watch, dissector, events } = watching();
  const frame = newFrame();
  const sides = { client: { port: 40_000, next: 1 }, server: { port, next: 1 } };
  for (const [i, turn] of turns.entries()) {
    const data = segment(i % 2 === 0, sides, turn);
    Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
    Object.assign(frame, { seconds: 1_700_000_000 + i, linkType: LINKTYPE_RAW });
    watch.add(dissector.dissect(frame));
  }
  return linesOf(events);
}

function linesOf(events: readonly DetectEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'cleartext') return [`clear ${event.protocol} ${event.user}`];
    if (event.kind !== 'login') return [];
    return [`${event.isSuccess ? 'success' : 'failure'} ${event.protocol} ${event.user}`];
  });
}

async function eventsIn(file: string): Promise<string[]> {
  const { watch, dissector, events } = watching();
  const source = await openCapture(join(capturesFolder()!, file));
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) watch.add(dissector.dissect(frame));
  await source.close();
  return linesOf(events);
}

describe('LDAP', () => {
  const string = (tag: number, text: string) =>
    Buffer.concat([Buffer.of(tag, text.length), Buffer.from(text)]);
  const message = (tag: number, body: Buffer) => {
    const inner = Buffer.concat([Buffer.of(2, 1, 1, tag, body.length), body]);
    return Buffer.concat([Buffer.of(0x30, inner.length), inner]);
  };
  const bind = (name: string, password: string) =>
    message(0x60, Buffer.concat([Buffer.of(2, 1, 3), string(4, name), string(0x80, password)]));
  const result = (code: number) => message(0x61, Buffer.of(0x0a, 1, code, 4, 0, 4, 0));

  it('a simple bind is a login in clear text, which fails or succeeds', () => {
    assert.deepEqual(
      eventsOf(389, [bind('cn=ana', 'wrong'), result(49), bind('cn=ana', 'right'), result(0)]),
      ['clear LDAP cn=ana', 'failure LDAP cn=ana', 'clear LDAP cn=ana', 'success LDAP cn=ana'],
    );
  });

  it('an anonymous bind is none', () => {
    assert.deepEqual(eventsOf(389, [bind('', ''), result(0)]), []);
  });
});

describe('PostgreSQL', () => {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5, type);
    head.writeInt32BE(4 + body.length, 1);
    return Buffer.concat([head, body]);
  };
  const startup = () => {
    const body = Buffer.from('\0\0\0\0\0\x03\0\0user\0ana\0database\0shop\0\0', 'latin1');
    body.writeInt32BE(body.length);
    return body;
  };
  const request = (code: number) => message('R', Buffer.of(0, 0, 0, code));
  const password = message('p', Buffer.from('secret\0'));
  const error = message('E', Buffer.from('SFATAL\0C28P01\0Mno\0\0'));

  it('a password is in clear text where the server asks for it so', () => {
    assert.deepEqual(eventsOf(5432, [startup(), request(3), password, error]), [
      'clear PostgreSQL ana',
      'failure PostgreSQL ana',
    ]);
    assert.deepEqual(eventsOf(5432, [startup(), request(3), password, request(0)]), [
      'clear PostgreSQL ana',
      'success PostgreSQL ana',
    ]);
  });

  it('a hash is not', () => {
    assert.deepEqual(eventsOf(5432, [startup(), request(5), password, error]), ['failure PostgreSQL ana']);
  });
});

describe('MQTT', () => {
  const text = (of: string) => Buffer.concat([Buffer.of(0, of.length), Buffer.from(of)]);
  const connect = (version: number, flags: number, ...payload: string[]) => {
    const head = Buffer.concat([text('MQTT'), Buffer.of(version, flags, 0, 60)]);
    const properties = version === 5 ? [Buffer.of(0)] : [];
    const body = Buffer.concat([head, ...properties, text('a'), ...payload.map(text)]);
    return Buffer.concat([Buffer.of(0x10, body.length), body]);
  };

  it('a password is in clear text, and the broker says whether it is right, in both versions', () => {
    assert.deepEqual(eventsOf(1883, [connect(4, 0xc2, 'ana', 'x'), Buffer.of(0x20, 2, 0, 5)]), [
      'clear MQTT ana',
      'failure MQTT ana',
    ]);
    assert.deepEqual(eventsOf(1883, [connect(4, 0xc2, 'ana', 'x'), Buffer.of(0x20, 2, 0, 0)]), [
      'clear MQTT ana',
      'success MQTT ana',
    ]);
    assert.deepEqual(eventsOf(1883, [connect(5, 0xc2, 'ana', 'x'), Buffer.of(0x20, 3, 0, 0x86, 0)]), [
      'clear MQTT ana',
      'failure MQTT ana',
    ]);
  });

  it('a client without a password does not log in', () => {
    assert.deepEqual(eventsOf(1883, [connect(4, 2), Buffer.of(0x20, 2, 0, 0)]), []);
  });
});

describe('Kerberos', () => {
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(tag, body.length), body]);
  };
  const number = (tag: number, value: number) => der(tag, der(2, Buffer.of(value)));
  const string = (text: string) => der(0x1b, Buffer.from(text));
  const name = (tag: number, text: string) =>
    der(tag, der(0x30, number(0xa0, 1), der(0xa1, der(0x30, string(text)))));
  const overTcp = (message: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, message.length), message]);
  const time = der(0x18, Buffer.from('20260101000000Z'));
  /** KRB-ERROR (RFC 4120 §5.9.1). */
  const refusal = (code: number): Buffer =>
    overTcp(
      der(
        0x7e,
        der(
          0x30,
          ...[number(0xa0, 5), number(0xa1, 30), der(0xa4, time), number(0xa5, 1)],
          ...[number(0xa6, code), der(0xa9, string('LAN')), name(0xaa, 'krbtgt')],
        ),
      ),
    );
  const request = overTcp(
    der(0x6a, der(0x30, number(0xa1, 5), number(0xa2, 10), der(0xa4, der(0x30, der(0xa2, string('LAN')))))),
  );

  it('a wrong password is a failure; a demand for one is none', () => {
    assert.deepEqual(eventsOf(88, [request, refusal(24)]), ['failure Kerberos ']);
    assert.deepEqual(eventsOf(88, [request, refusal(25)]), []);
  });
});

describe('tickets of Kerberos', { skip: requireCaptures() }, () => {
  it('are seen with service and encryption', async () => {
    const { watch, dissector, events } = watching();
    const source = await openCapture(join(capturesFolder()!, 'zeek__ldap_aduser1.pcap'));
    const frame = newFrame();
    for await (const reader of source.chunks())
      while (reader.next(frame)) watch.add(dissector.dissect(frame));
    await source.close();
    const tickets = events.filter((event) => event.kind === 'ticket');
    assert.deepEqual(
      tickets.map(({ user, service, encryption }) => [user, service, encryption]),
      [['User1', 'ldap/WIN-VGO56I95EAK', 18]],
    );
  });
});

describe('SMB and Kerberos', { skip: requireCaptures() }, () => {
  it('a session of SMB 2 is a success, an anonymous one is none', async () => {
    assert.deepEqual(new Set(await eventsIn('zeek__smb_smb3_multichannel.pcap')), new Set(['success SMB ']));
    assert.deepEqual(await eventsIn('suricata__smb2-01_smb2-peter.pcap'), []);
  });

  it('a ticket of Kerberos is a success', async () => {
    const found = await eventsIn('zeek__krb_kinit.pcap');
    assert.ok(found.length > 0 && found.every((line) => line === 'success Kerberos '));
  });
});
