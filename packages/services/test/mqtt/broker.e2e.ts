// The broker over real TLS, of a peer whose clock is virtual: so that its certificates can end.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { it } from 'node:test';
import tls from 'node:tls';
import { credentialsOf } from '@eyrie/mesh';
import { VirtualMesh } from '@eyrie/mesh/virtual';
import { until } from '../../../../test/support/until.ts';
import { openBroker } from '../../src/mqtt/broker.ts';

/** Longer than the broker lets go by between two looks. */
const LOOK_MS = 60_000;
/** MQTT 3.1.1 §3.1: CONNECT of the client `a`, without keep-alive; §3.2: that it is accepted. */
const CONNECT = Buffer.from('100d00044d5154540402000000' + '0161', 'hex');
const ACCEPTED = Buffer.from('20020000', 'hex');

it('who is connected over TLS is sent away when its certificate ends, and not before', async () => {
  const warnings: string[] = [];
  const mesh = await VirtualMesh.create({
    ...{ peers: 2, seed: 1 },
    log: (level, message, values) => level === 'warn' && warnings.push(`${message}: ${values?.reason}`),
  });
  const peer = await mesh.start(0);
  const { standing } = await mesh.start(1);
  mesh.crash(1);
  const broker = await openBroker(peer, { host: '0.0.0.0', port: 0 }, { onOrder() {}, onReady() {} });
  const { privateKey: key, certificate: cert } = credentialsOf(standing);
  const port = Number(broker.place.split(':').at(-1));
  const socket = tls.connect({ port, host: '127.0.0.1', key, cert: cert ?? '', rejectUnauthorized: false });
  let isClosed = false;
  socket.once('close', () => {
    isClosed = true;
  });
  try {
    socket.write(CONNECT);
    const came: Buffer[] = [];
    socket.on('data', (data) => came.push(data));
    while (Buffer.concat(came).length < ACCEPTED.length) await once(socket, 'data');
    assert.deepEqual(Buffer.concat(came), ACCEPTED);
    const expiresMs = new X509Certificate(standing.certificate).validToDate.getTime();
    mesh.clockErrorMs[0] = expiresMs - mesh.clock.nowMs() - 2 * LOOK_MS;
    mesh.clock.run(LOOK_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isClosed, false, 'its certificate is good for a minute yet');
    mesh.clock.run(2 * LOOK_MS);
    await until('it is sent away', () => isClosed);
    const [warning, ...others] = warnings.filter((each) => each.includes('MQTT'));
    assert.match(warning!, /^MQTT client sent away: the certificate of peer-1 ended /);
    assert.deepEqual(others, []);
  } finally {
    socket.destroy();
    await broker.close();
    peer.stop();
  }
});
