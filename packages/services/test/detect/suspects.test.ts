// Single messages that are an attack or a sign of one by themselves, in segments made by hand.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';

const LINKTYPE_RAW = 101;

/** Client and server take turns, beginning with the client: rule and severity of what is found, but clear text. */
function findingsOf(port: number, turns: readonly Buffer[]): string[] {
  const dissector = new Dissector();
  const watch = new PacketWatch(dissector.session);
  const frame = newFrame();
  const next = [1, 1];
  for (const [i, turn] of turns.entries()) {
    const [from, to] = i % 2 === 0 ? [0, 1] : [1, 0];
    const data = Buffer.alloc(40 + turn.length);
    data[0] = 0x45;
    data.writeUInt16BE(data.length, 2);
    data.set([64, 6], 8);
    data.set([10, 0, 0, 1 + from, 10, 0, 0, 1 + to], 12);
    data.writeUInt16BE(from === 0 ? 40_000 : port, 20);
    data.writeUInt16BE(to === 0 ? 40_000 : port, 22);
    data.writeUInt32BE(next[from]!, 24);
    data.writeUInt32BE(next[to]!, 28);
    data.set([0x50, 0x18, 0xff, 0xff], 32);
    data.set(turn, 40);
    next[from]! += turn.length;
    Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
    Object.assign(frame, { seconds: 1_700_000_000 + i, linkType: LINKTYPE_RAW });
    watch.add(dissector.dissect(frame));
  }
  return watch.end().map(({ rule, severity }) => `${rule} ${severity}`);
}

describe('SMB 1', () => {
  const NT_TRANSACT = 0xa0;
  const TRANSACTION2 = 0x32;
  const TRANSACTION2_SECONDARY = 0x33;
  const NT_TRANSACT_SECONDARY = 0xa1;
  const SESSION_SETUP = 0x0e;
  const QUERY_PATH = 0x05;

  /** In the framing of direct TCP ([MS-SMB] §2.1). */
  function message(
    command: number,
    id: number,
    { isReply = false, subcommand = -1, process = 0xfeff, status = 0, isEmpty = false } = {},
  ): Buffer {
    const words = isEmpty ? 0 : subcommand >= 0 ? 15 : command === NT_TRANSACT ? 19 : 9;
    const smb = Buffer.alloc(33 + words * 2 + 2);
    smb.write('\xffSMB', 'latin1');
    smb[4] = command;
    smb.writeUInt32LE(status, 5);
    smb[9] = isReply ? 0x98 : 0x18;
    smb.writeUInt16LE(process, 26);
    smb.writeUInt16LE(id, 30);
    smb[32] = words;
    if (subcommand >= 0) {
      smb[33 + 26] = 1;
      smb.writeUInt16LE(subcommand, 33 + 28);
    }
    const head = Buffer.alloc(4);
    head.writeUInt32BE(smb.length);
    return Buffer.concat([head, smb]);
  }
  const nothing = Buffer.alloc(0);

  it('a secondary TRANSACTION2 for an NT transaction is EternalBlue', () => {
    const turns = [message(NT_TRANSACT, 64), nothing, message(TRANSACTION2_SECONDARY, 64)];
    assert.deepEqual(findingsOf(445, turns), ['eternalblue high']);
  });

  it('EternalBlue is found where the server asks for the rest of the transaction, as it does', () => {
    const interim = message(NT_TRANSACT, 64, { isReply: true, isEmpty: true });
    const turns = [message(NT_TRANSACT, 64), interim, message(TRANSACTION2_SECONDARY, 64)];
    assert.deepEqual(findingsOf(445, turns), ['eternalblue high']);
  });

  it('a transaction that failed, and one of another process of the client, are not continued', () => {
    const failed = message(NT_TRANSACT, 64, { isReply: true, isEmpty: true, status: 0xc0000205 });
    const after = message(TRANSACTION2_SECONDARY, 64);
    assert.deepEqual(findingsOf(445, [message(NT_TRANSACT, 64), failed, after]), []);
    const notify = message(NT_TRANSACT, 64, { process: 7 });
    assert.deepEqual(findingsOf(445, [notify, nothing, after]), []);
  });

  it('a transaction that goes on as it began is none, nor one of the same number later', () => {
    const own = [message(NT_TRANSACT, 64), nothing, message(NT_TRANSACT_SECONDARY, 64)];
    assert.deepEqual(findingsOf(445, own), []);
    const second = [
      message(TRANSACTION2, 64, { subcommand: QUERY_PATH }),
      nothing,
      message(TRANSACTION2_SECONDARY, 64),
    ];
    assert.deepEqual(findingsOf(445, second), []);
    const later = [
      message(NT_TRANSACT, 64),
      message(NT_TRANSACT, 64, { isReply: true }),
      message(TRANSACTION2_SECONDARY, 64),
    ];
    assert.deepEqual(findingsOf(445, later), []);
  });

  it('a request of DoublePulsar is found, and worse if the backdoor answers', () => {
    const request = message(TRANSACTION2, 0x41, { subcommand: SESSION_SETUP });
    const answer = (id: number) => message(TRANSACTION2, id, { isReply: true });
    assert.deepEqual(findingsOf(445, [request, answer(0x41)]), ['eternalblue high']);
    assert.deepEqual(findingsOf(445, [request, answer(0x51)]), ['eternalblue critical']);
    assert.deepEqual(
      findingsOf(445, [message(TRANSACTION2, 0x51, { subcommand: QUERY_PATH }), answer(0x51)]),
      [],
    );
  });
});

describe('spanning tree', () => {
  /** A configuration BPDU (IEEE 802.1D §9.3.1) in LLC: a bridge of priority 32769 that says it is the root. */
  function bpdu(mac: string): Buffer {
    const id = Buffer.concat([Buffer.of(0x80, 1), Buffer.from(mac, 'hex')]);
    const body = Buffer.concat([
      Buffer.alloc(5),
      id,
      Buffer.alloc(4),
      id,
      Buffer.from('8001' + '0000' + '1400' + '0200' + '0f00', 'hex'),
    ]);
    const frame = Buffer.alloc(60);
    frame.write(`0180c2000000${mac}`, 'hex');
    frame.writeUInt16BE(3 + body.length, 12);
    frame.set([0x42, 0x42, 0x03], 14);
    frame.set(body, 17);
    return frame;
  }

  function found(frames: readonly Buffer[]): string[] {
    const dissector = new Dissector();
    const watch = new PacketWatch(dissector.session);
    const frame = newFrame();
    for (const [i, data] of frames.entries()) {
      Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
      Object.assign(frame, { seconds: 1_700_000_000 + i * 2, linkType: 1 });
      watch.add(dissector.dissect(frame));
    }
    return watch.end().map(({ rule, source }) => `${rule} ${source}`);
  }
  const settled = Array.from({ length: 20 }, () => bpdu('001906eab880'));

  it('a host that takes the root over is found by its MAC, and a settled tree is left alone', () => {
    assert.deepEqual(found([...settled, bpdu('001906eab87f')]), ['rogue-bridge 00:19:06:ea:b8:7f']);
    assert.deepEqual(found(settled), []);
    assert.deepEqual(found([...settled, bpdu('001906eab881'), ...settled]), []);
  });
});

describe('mining pools', () => {
  const of = (text: string) => findingsOf(3333, [Buffer.from(`${text}\n`)]);

  it('miners of Bitcoin, Ethereum and Monero are found by their first message', () => {
    const found = ['crypto-mining medium'];
    assert.deepEqual(of('{"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10"]}'), found);
    assert.deepEqual(of('{"id":1,"jsonrpc":"2.0","method":"eth_submitLogin","params":["0x1"]}'), found);
    assert.deepEqual(
      of('{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4A","pass":"x","agent":"XMRig/6.21"}}'),
      found,
    );
  });

  it('other JSON-RPC is not, and neither is a page about mining', () => {
    assert.deepEqual(of('{"jsonrpc":"2.0","method":"login","params":{"user":"ana"},"id":1}'), []);
    assert.deepEqual(
      of('{"event":"web","method":"login","pass":"ok","agent":"Mozilla/5.0","user":"ana"}'),
      [],
    );
    assert.deepEqual(of('{"jsonrpc":"2.0","method":"eth_blockNumber","params":[],"id":1}'), []);
    assert.deepEqual(of('the method "mining.subscribe" is {"method":"mining.subscribe"}'), []);
  });
});
