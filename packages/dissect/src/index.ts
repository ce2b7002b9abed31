// The public interface of this package.
export { BatchError, decodeBatch, encodeBatch } from './batch/codec.ts';
export {
  FLOW,
  FLOW_ENDINGS,
  FLOW_ENDS,
  FLOW_STATES,
  FLOW_TRANSPORTS,
  FlowBook,
  type FlowColumns,
  flowRows,
  NO_PLACE,
  noFlows,
} from './batch/flow-columns.ts';
export { ADDRESS_BYTES } from './batch/layout.ts';
export { COMMENTED, MALFORMED, NO_TIME, SHORT } from './batch/marks.ts';
export { ipHeaders, isWrapped, type OuterAddresses, outerAddresses, outerText } from './batch/outer.ts';
export { type FieldColumn, NO_FLAGS, NONE, PacketBatch } from './batch/packet-batch.ts';
export { SHAPES_MAX, type Shape, shapeOf, UNKEPT } from './batch/shapes.ts';
export type { Unpack } from './codec/unpack.ts';
export { ipv4 as ipv4Bytes, ipv6 as ipv6Bytes } from './core/address-text.ts';
export { Collector } from './core/collect.ts';
export {
  destinationAddress,
  destinationColumn,
  infoColumn,
  protocolColumn,
  sourceAddress,
  sourceColumn,
  timeColumn,
  timeDigits,
  writeInfo,
} from './core/columns.ts';
export { disableHeuristic, disableProtocol, heuristicNames } from './core/disabled.ts';
export { Dissector } from './core/dissector.ts';
export { type AddExpertInfo, expertProtocol, type Group, groups, type Severity } from './core/expert.ts';
export {
  type Field,
  type FieldType,
  fieldTypeName,
  needsReplies,
  type Value,
} from './core/field.ts';
export { displayed, raw, shown, timeText, writeSeconds } from './core/format.ts';
export type { AddressNames } from './core/host.ts';
export { lineTitle, PerField, Recurring } from './core/known-lines.ts';
export * from './core/packet.ts';
export { framePath, LayerTrie } from './core/path.ts';
export { DEFAULT_PREFERENCES, type Preferences } from './core/preferences.ts';
export { type Protocol, protocolsMade } from './core/protocol.ts';
export { readValue } from './core/reading.ts';
export {
  allProtocols,
  columnNamed,
  fieldNamed,
  fieldNames,
  nearestNames,
  nearestOf,
  protocolFor,
  protocolNamed,
  protocolNames,
  protocolsNamed,
  textField,
} from './core/registry.ts';
export type { Session, SessionOptions } from './core/session.ts';
export { heuristicLists, isLinkTypeRead, type Table, tableNamed, tableNames } from './core/table.ts';
export { ethernetAddress, hex, ipv4Address, ipv6Address, ipv6Words } from './core/text.ts';
export { StringSink, type TextSink, Words } from './core/text-sink.ts';
export { TIME_FORMATS, type TimeFormat, timeColumnOf } from './core/times.ts';
export { type TreeNode, treeOf } from './core/tree.ts';
export { TreeLines } from './core/tree-lines.ts';
export { writeBytes, writeValue } from './core/written-values.ts';
export * from './files/index.ts';
export { commentsIn, PACKET_BLOCK_HEAD, packetOptionsAt } from './files/packet-comments.ts';
export type * from './filter/ast.ts';
export { compileExpression, compileFilter, type Predicate } from './filter/compile.ts';
export { FilterError } from './filter/error.ts';
export { type Constant, constant, isPrefix, type Prefix } from './filter/literal.ts';
export { parseFilter } from './filter/parser.ts';
export { patternOf } from './filter/pattern.ts';
export { compare, holds, holdsBytes } from './filter/values.ts';
export { Ahead } from './flows/ahead.ts';
export { communityId } from './flows/community-id.ts';
export {
  type Amount,
  type Flow,
  type FlowEnd,
  type FlowEnding,
  type FlowOptions,
  FlowRecords,
  type FlowTcp,
  type TcpState,
  type Transport,
} from './flows/flow-records.ts';
export { Follow, type Piece, type Side, type Wanted } from './flows/follow.ts';
export { FollowHttp } from './flows/follow-http.ts';
export { FollowHttp2 } from './flows/follow-http2.ts';
export { FollowQuic } from './flows/follow-quic.ts';
export { FollowTls } from './flows/follow-tls.ts';
export { type SessionSummary, summaryOf, whyNotMergeable } from './flows/merge-check.ts';
export { FileNames, fileNameOfObject } from './flows/objects/file-name.ts';
export { type ObjectKind, objectKinds } from './flows/objects/index.ts';
export type { ObjectReader, TransferredObject } from './flows/objects/object.ts';
export { SmbFiles } from './flows/objects/smb.ts';
export type { PartSink } from './flows/objects/sparse.ts';
export { carriesTcp, FlowPartition } from './flows/partition.ts';
export { type Substream, Substreams } from './flows/substreams.ts';
export { type RpcCall, rpcCall, rpcPipe } from './protocols/dcerpc/rpc-call.ts';
export { eachAddress } from './protocols/dns/addresses.ts';
export { questionBytes } from './protocols/dns/question.ts';
export { type Transfer, transferOf } from './protocols/ftp/transfers.ts';
export { httpBody, type MessageBody } from './protocols/http/message-body.ts';
export { httpHead, type MessageHead } from './protocols/http/message-head.ts';
export { type LdapMessage, ldapMessages } from './protocols/ldap/messages.ts';
export { sackBlocks } from './protocols/tcp-options.ts';
export { tcpAnalysisBits } from './protocols/tcp-text.ts';
export * from './stats/index.ts';
