// Network News Transfer Protocol (RFC 3977).
import { ascii } from '../../core/bytes.ts';
import { bool } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { eachLine, firstLine, isToServer, replyCode, startTls, wordAt } from '../text/lines.ts';

const PORT = 119;

const f = {
  request: bool('nntp.request', 'Request').hidden(),
  response: bool('nntp.response', 'Response').hidden(),
};

export const nntp = protocol({
  name: 'nntp',
  title: 'Network News Transfer Protocol',
  column: 'NNTP',
  fields: f,
  on: [[tcpPorts, PORT]],
  step(p) {
    const state = p.session.stateOf(p, 'nntp', () => ({ wantsTls: false }));
    if (isToServer(p, PORT)) state.wantsTls = wordAt(p.buf, p.at, p.end).startsWith('STARTTLS');
    // RFC 4642 §2.2: 382 continues with TLS.
    else if (state.wantsTls && replyCode(p.buf, p.at, p.end) === 382) startTls(p);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isRequest = isToServer(p, PORT);
    out.add(isRequest ? f.request : f.response, start, 0, true);
    eachLine(b, start, p.stop[layer]!, (at, stop, next) => {
      out.group(ascii(b, at, stop), at, next - at);
      out.close();
    });
  },
  info: (p, layer) => `${isToServer(p, PORT) ? 'Request' : 'Response'}: ${firstLine(p, layer)}`,
});
