export { LanCourier, type Outgoing } from './courier.ts';
export {
  DATAGRAM_BYTES_MAX,
  LAN_PORT,
  type LanMessage,
  MESSAGE_BYTES_MAX as LAN_MESSAGE_BYTES_MAX,
} from './datagram.ts';
export { FINDING_PORT } from './group.ts';
export { createAddressSocket, Multicast, ownAddresses } from './multicast.ts';
