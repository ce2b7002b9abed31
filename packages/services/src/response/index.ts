export { type BlockedAddress, BlockedAddresses, nftSet } from './blocked.ts';
export { startDefence } from './defence.ts';
export { type DeskOptions, type Response, ResponseDesk } from './desk.ts';
export {
  parseResponsePolicy,
  RESPONSE_EXAMPLE,
  type ResponsePolicy,
  ResponsePolicyError,
} from './policy.ts';
export { Sensor } from './sensor.ts';
