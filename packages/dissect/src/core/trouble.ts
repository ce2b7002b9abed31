// Layers that stand for what went wrong, after the last good one. They count in the hierarchy, as in Wireshark.
import { protocol } from './protocol.ts';

/** The headers promise bytes that the packet never had. */
export const malformed = protocol({ name: '_ws.malformed', title: 'Malformed Packet', step: () => null });

/** The capture kept fewer bytes than the packet had (snap length). */
export const short = protocol({
  name: '_ws.short',
  title: 'Packet size limited during capture',
  step: () => null,
});
