// Dissects the packet quoted in an ICMP error.
import { LISTED, NESTED, type Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';

/**
 * Dissects [at, end) as `made`, and restores what lower layers passed up: columns, addresses, ports and conversation
 * remain those of the packet that carries the error.
 */
export function quote(p: Packet, made: Protocol, at: number, end: number, wireEnd: number): void {
  const { visibility, netKind, netBuf, netSrc, netDst, transport, srcPort, dstPort, flow, direction } = p;
  const { tcpLayer, analysis, isPartOfMessage, mayAskMore, isQuoted } = p;
  p.visibility = LISTED | NESTED;
  p.isQuoted = true;
  p.mayAskMore = false;
  p.call(made, at, end, wireEnd);
  p.visibility = visibility;
  p.isQuoted = isQuoted;
  p.netKind = netKind;
  p.netBuf = netBuf;
  p.netSrc = netSrc;
  p.netDst = netDst;
  p.transport = transport;
  p.srcPort = srcPort;
  p.dstPort = dstPort;
  p.flow = flow;
  p.direction = direction;
  p.tcpLayer = tcpLayer;
  p.analysis = analysis;
  p.isPartOfMessage = isPartOfMessage;
  p.mayAskMore = mayAskMore;
}
