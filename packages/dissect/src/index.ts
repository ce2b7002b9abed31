// What other rooms may use of this one.
export { Collector } from './core/collect.ts';
export {
  destinationColumn,
  infoColumn,
  protocolColumn,
  relativeTimeText,
  sourceColumn,
} from './core/columns.ts';
export { Dissector } from './core/dissector.ts';
export { type Field, type FieldType, fieldsMade, type Value } from './core/field.ts';
export { raw, shown, timeText } from './core/format.ts';
export * from './core/packet.ts';
export { framePath, LayerTrie } from './core/path.ts';
export { type Protocol, protocolsMade } from './core/protocol.ts';
export { readValue } from './core/reading.ts';
export { fieldNamed, fieldNames, nearestNames, protocolNamed, protocolNames } from './core/registry.ts';
export type { Session, SessionOptions } from './core/session.ts';
export { ethernetAddress, hex, ipv4Address, ipv6Address } from './core/text.ts';
export { type TreeNode, treeOf } from './core/tree.ts';
export * from './files/index.ts';
export type * from './filter/ast.ts';
export { compileFilter, type Predicate } from './filter/compile.ts';
export { FilterError } from './filter/error.ts';
export { parseFilter } from './filter/parser.ts';
export { ADDRESS_KINDS, type AddressKind, type Conversation, Conversations, type Endpoint, Endpoints, type Party } from './stats/endpoints.ts';
export { type HierarchyNode, ProtocolHierarchy } from './stats/hierarchy.ts';
