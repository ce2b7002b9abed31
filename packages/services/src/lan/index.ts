export { LanSocket, type LanSocketOptions } from './socket.ts';
