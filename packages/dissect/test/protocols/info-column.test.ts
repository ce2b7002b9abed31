// The Info column where several layers have a say in it: TCP's findings, unfinished messages, tokens of authentication.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { newFrame } from '../../src/files/index.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, tcpFrame, udpFrame } from './support.ts';

const infoOf = (frames: Uint8Array[]): string => infoColumn(dissect(frames));
/** An application data record of TLS 1.2 with 16 bytes. */
const RECORD = `1703030010${'aa'.repeat(16)}`;

test('findings of TCP before TLS: joined with a comma, as Wireshark does', () => {
  const record = bytesOf(RECORD);
  const frames = [tcpFrame(40000, 443, record, 1), tcpFrame(40000, 443, record, 1 + 2 * record.length)];
  assert.equal(infoOf(frames.slice(0, 1)), 'Application Data');
  assert.equal(infoOf(frames), '[TCP Previous segment not captured] , Application Data');
});

test('findings of TCP before SSH: they follow the sender', () => {
  const banner = new TextEncoder().encode('SSH-2.0-client\r\n');
  const frames = [tcpFrame(40000, 22, bytesOf('aa'), 1), tcpFrame(40000, 22, banner, 100)];
  assert.match(
    infoOf(frames),
    /^Client: \[TCP Previous segment not captured] , Protocol \(SSH-2\.0-client\)$/,
  );
});

test('findings of TCP before a part of an SSH message: kept where no sender is named', () => {
  const banner = new TextEncoder().encode('SSH-2.0-client\r\n');
  const begun = bytesOf(`00000100${'00'.repeat(20)}`);
  const frames = [tcpFrame(40000, 22, banner, 1), tcpFrame(40000, 22, begun, 100)];
  assert.equal(infoOf(frames), '[TCP Previous segment not captured] [TCP segment of a reassembled PDU]');
});

test('a segment that begins a message: what its protocol says of it, without ports', () => {
  const smb = bytesOf(`00000100fe534d42${'00'.repeat(60)}`);
  assert.equal(infoOf(talk(445, [['>', smb]])), 'Session message [TCP segment of a reassembled PDU]');
  const rest = infoOf(
    talk(445, [
      ['>', smb],
      ['>', bytesOf('00'.repeat(60))],
    ]),
  );
  assert.match(rest, /^40000 → 445 \[.*] Seq=.* \[TCP segment of a reassembled PDU]$/);
  const ticket = bytesOf(`00000100${'6a'.repeat(40)}`);
  assert.equal(infoOf(talk(88, [['>', ticket]])), '[TCP segment of a reassembled PDU]');
});

test('HTTP: the tokens of NTLM stand behind the first line of their message', () => {
  const negotiate = Buffer.concat([Buffer.from('NTLMSSP\0'), bytesOf(`01000000${'00'.repeat(24)}`)]);
  const request = `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: NTLM ${negotiate.toString('base64')}\r\n\r\n`;
  assert.equal(infoOf(talk(80, [['>', request]])), 'GET / HTTP/1.1 , NTLMSSP_NEGOTIATE');
  const two = 'GET /2 HTTP/1.1\r\nHost: a\r\n\r\n';
  assert.equal(
    infoOf(talk(80, [['>', two + request]])),
    'GET /2 HTTP/1.1 GET / HTTP/1.1 , NTLMSSP_NEGOTIATE',
  );
});

test('messages that the capture cut: no numbers that are not there', () => {
  const cut = (whole: Uint8Array, lacking: number): string => {
    const frame = newFrame();
    const end = whole.length - lacking;
    Object.assign(frame, {
      number: 1,
      linkType: 1,
      data: whole.slice(0, end),
      end,
      wireLength: whole.length,
    });
    return infoColumn(new Dissector().dissect(frame));
  };
  const request = bytesOf(`05000003100000001c0000000100000004000000${'00'.repeat(8)}`);
  assert.equal(
    cut(tcpFrame(40000, 135, request, 1), 8),
    'Request: call_id: 1, Fragment: Single[Packet size limited during capture]',
  );
});

test('a QUIC packet of one byte: no connection ID of the packet before', () => {
  const initial = udpFrame(40000, 443, `c00000000108${'01'.repeat(8)}0000${'449e'}${'00'.repeat(1182)}`);
  assert.match(infoOf([initial]), /DCID=0101010101010101/);
  assert.equal(infoOf([initial, udpFrame(40000, 443, 'c0')]), 'Initial[Malformed Packet]');
});
