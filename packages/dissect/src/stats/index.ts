// Statistics over a whole capture: fed packet by packet, read at the end.

export { dhcpMessageTypes } from '../protocols/dhcp/options.ts';
export { ADDRESS_KINDS, type AddressKind } from './address-pairs.ts';
export { pingKind, type TcpArrow, tcpArrow } from './arrows.ts';
export { BURST_MS, type CounterNode, CounterTree, inOrder } from './counter-tree.ts';
export {
  type Conversation,
  Conversations,
  type ConversationsPart,
  type Endpoint,
  Endpoints,
  type EndpointsPart,
  type Party,
} from './endpoints.ts';
export { type ExpertFinding, ExpertFindings } from './expert-findings.ts';
export { type HierarchyNode, type HierarchyPart, ProtocolHierarchy } from './hierarchy.ts';
export { HostNames } from './host-names.ts';
export { IO_FUNCTIONS, type IoCell, type IoColumn, type IoFunction, type IoPart, IoTable } from './io.ts';
export { type Login, Logins } from './logins.ts';
export { type Finding, type NamedCount, Overview } from './overview.ts';
export { Pings, type PingTimes } from './pings.ts';
export { type RadiusDelays, RadiusTimes } from './radius-times.ts';
export {
  DcerpcResponses,
  DiameterResponses,
  GtpResponses,
  LdapResponses,
  type ProcedureTimes,
  RpcPrograms,
  RpcResponses,
  Smb1Responses,
  Smb2Responses,
  SnmpResponses,
} from './response-times.ts';
export { type RtpStream, RtpStreams } from './rtp-streams.ts';
export { rtspPhrases } from './rtsp-codes.ts';
export { sipCodes } from './sip-codes.ts';
export { DhcpTally, HttpTally, RtspTally, SipTally, Tally } from './tallies.ts';
export { Tap } from './tap.ts';
export { Timeline } from './timeline.ts';
export { statusText } from './trees/http.ts';
export { TREES, type TreeDefinition } from './trees/index.ts';
