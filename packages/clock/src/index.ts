// The public interface of the clock package.
export {
  type ClientRequest,
  type Exchange,
  makeRequest,
  readResponse,
  rootDistance,
} from './client/exchange.ts';
export { type SourceStatus, TimeKeeper, type Verdict } from './client/keeper.ts';
export { Source, type SourceOptions, type SourceState } from './client/source.ts';
export { ClockError, type ClockErrorCode } from './errors.ts';
export { HostClock, type LocalClock } from './host/host-clock.ts';
export type { Era } from './mesh/exchange.ts';
export { type ClockState, MeshClock, type Reception } from './mesh/mesh-clock.ts';
export { kissOf, referenceBytes, referenceText } from './ntp/kiss.ts';
export { parseKeys, type SymmetricKey } from './ntp/mac.ts';
export { Leap, type NtpPacket, STRATUM_MAX } from './ntp/packet.ts';
export type { Sample } from './ntp/sample.ts';
export { KE_PORT } from './nts/keys.ts';
export { type Candidate, type Selection, select } from './select/select.ts';
export { answer, type ServedStatus, type ServedTime } from './server/answer.ts';
export type { RateLimitOptions } from './server/rate-limit.ts';
export { TimeServer, type TimeServerOptions } from './server/server.ts';
