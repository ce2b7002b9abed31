export { BlockedAddresses } from './blocked.ts';
export { startDefence } from './defence.ts';
export { type Response, ResponseDesk } from './desk.ts';
export { parseResponsePolicy, ResponsePolicyError } from './policy.ts';
export { Sensor } from './sensor.ts';
