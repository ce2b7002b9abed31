// Fields and protocols by name, where several protocols share one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allProtocols, fieldNamed, protocolFor, protocolsNamed } from '../src/core/registry.ts';
import { tcpPorts, udpPorts } from '../src/core/table.ts';
import { dcerpc } from '../src/protocols/dcerpc/connection.ts';
import { dcerpcDatagram } from '../src/protocols/dcerpc/datagram.ts';
import { kerberos, kerberosStream } from '../src/protocols/kerberos/kerberos.ts';

describe('a protocol by its name', () => {
  it('stands for all of that name', () => {
    assert.deepEqual(protocolsNamed('kerberos'), [kerberos, kerberosStream]);
    assert.deepEqual(protocolsNamed('no such protocol'), []);
  });

  it('is the one that a dispatch table leads to, or whose heuristics are for it', () => {
    assert.equal(protocolFor('kerberos', udpPorts), kerberos);
    assert.equal(protocolFor('kerberos', tcpPorts), kerberosStream);
    assert.equal(protocolFor('dcerpc', udpPorts), dcerpcDatagram);
    assert.equal(protocolFor('dcerpc', tcpPorts), dcerpc);
    assert.equal(protocolFor('no such protocol', tcpPorts), undefined);
  });

  it('is never another one than the table has for it', () => {
    for (const made of allProtocols())
      for (const [table] of made.on ?? []) {
        const found = protocolFor(made.name, table);
        assert.ok(
          found?.on?.some(([each]) => each === table),
          `${made.name} in ${table.name}`,
        );
      }
  });
});

it('every field of every protocol is reached by its name', () => {
  for (const made of allProtocols())
    for (const field of made.fields) {
      const found = fieldNamed(field.name);
      const owners = [found, ...(found?.of ?? [])].flatMap((each) => each?.owners ?? []);
      assert.ok(owners.includes(made), `${field.name} of ${made.name} (${made.title})`);
    }
});
