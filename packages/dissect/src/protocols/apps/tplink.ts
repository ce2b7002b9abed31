// TP-Link smart home protocol: JSON obfuscated by XOR with the previous ciphertext byte; over TCP with a length prefix.
import { u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { json } from '../media/json.ts';

const PORT = 9999;
const KEY = 171;
const BRACE = 0x7b;
const LENGTH = 4;
const TCP = 6;
const MESSAGE_MAX = 1 << 20;

const textAt = (p: Packet): number => p.at + (p.transport === TCP ? LENGTH : 0);

export const tplink: Protocol = protocol({
  name: 'tplink-smarthome',
  title: 'TP-Link Smart Home Protocol',
  column: 'TPLINK-SMARTHOME',
  on: [
    [udpPorts, PORT],
    [tcpPorts, PORT],
  ],
  framing: {
    header: LENGTH + 1,
    length: (p) => {
      const length = u32(p.buf, p.at);
      return length < MESSAGE_MAX && (p.buf[p.at + LENGTH]! ^ KEY) === BRACE ? LENGTH + length : 0;
    },
  },
  step(p) {
    const { buf: b, end } = p;
    const at = textAt(p);
    if (at + 2 > end || (b[at]! ^ KEY) !== BRACE) return REJECTED;
    const plain = new Uint8Array(end - at);
    let key = KEY;
    for (let i = at; i < end; i++) {
      plain[i - at] = b[i]! ^ key;
      key = b[i]!;
    }
    p.at = end;
    p.callIn('JSON Message', json, plain, 0, plain.length);
    return null;
  },
  info: () => '',
});
