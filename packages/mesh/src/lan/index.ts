export { LanCourier } from './courier.ts';
export { type LanMessage, MESSAGE_BYTES_MAX as LAN_MESSAGE_BYTES_MAX } from './datagram.ts';
export { FINDING_PORT } from './group.ts';
export { createAddressSocket, Multicast, ownAddresses } from './multicast.ts';
