export { type DecoyEvent, MeshDecoy } from './decoy/decoy.ts';
export { decoyTransport } from './decoy/transport.ts';
export type { Decision } from './identity/authority.ts';
export { CertificateError, pemOf } from './identity/certificate.ts';
export { EnrolError } from './identity/enrolment.ts';
export { keyFingerprint } from './identity/keys.ts';
export { MESH_NAME, PEER_ID, PEER_ID_RULE, peerIdOf, type Role } from './identity/names.ts';
export { formatToken, type Invitation, parseToken, TokenError } from './identity/token.ts';
export { hostOf, parseAddress, plainHost } from './link/address.ts';
export type { Dialled, Link, LinkCredentials, LinkEvents, MayDial, Shown, Transport } from './link/link.ts';
export type { Session } from './link/session.ts';
export { TlsTransport } from './link/tls.ts';
export { DialError } from './link/unreachable.ts';
export { networkOf } from './link/waiting-room.ts';
export { Directory, type Status } from './members/directory.ts';
export { type Measure, STEPS, type Step } from './members/measures.ts';
export { Roster } from './members/roster.ts';
export { type Member, RosterError } from './members/roster-state.ts';
export { levelsOf, positionOf, Tree } from './members/tree.ts';
export type { Message } from './messages/inbox.ts';
export { Policy, PolicyError, parsePolicy } from './messages/policy.ts';
export type { Routing } from './messages/routing.ts';
export type { Audit, AuditEntry } from './peer/audit.ts';
export type { Companion } from './peer/companion.ts';
export { ControlError, callPeer, type Methods, type Parameters } from './peer/control.ts';
export { FolderError } from './peer/damaged.ts';
export {
  credentialsOf,
  eyrieHome,
  foundMesh,
  meshFingerprint,
  meshNameOf,
  type OpenedPeer,
  openPeer,
  openPeerIn,
  peerFolder,
  peersIn,
  readStanding,
} from './peer/folder.ts';
export { joinMesh } from './peer/join.ts';
export { isLocked, lockSecrets, SECRET_FILES, unlockSecrets } from './peer/key-lock.ts';
export type { FailureView, JobView, MemberView, MessageView, TimeSourcesView } from './peer/methods.ts';
export { lookingMethods } from './peer/methods.ts';
export { Peer } from './peer/peer.ts';
export type { Reloadable, Reloaded } from './peer/reload.ts';
export { OFFLINE_KEY } from './peer/root-key.ts';
export { type RunningPeer, runPeer } from './peer/run.ts';
export { Standing } from './peer/standing.ts';
export { FolderStorage, MemoryStorage, type Storage } from './peer/storage.ts';
export { isComplete, type PeerSettings, readPolicy } from './peer/stored.ts';
export { fetchResource, linkTo, listOffers } from './resources/fetch.ts';
export type { Offer } from './resources/shares.ts';
export {
  type Cancel,
  type Clock,
  every,
  jittered,
  type Log,
  type Random,
  type Runtime,
  systemRuntime,
} from './runtime.ts';
export { PeerClock, type PeerTime } from './time/peer-clock.ts';
export type { TimeSource } from './time/sources.ts';
export type { Traffic } from './watch/meter.ts';
export type { Suspicion } from './watch/suspicions.ts';
export { requestKinds } from './wire/kinds.ts';
export * as wire from './wire/schema.ts';
