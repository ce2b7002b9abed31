// Searches for devices by UPnP. A description is longer than the search, so none is sent: it would amplify.
import type { UdpDecoy } from './decoy.ts';

const SEARCH = /^M-SEARCH \* HTTP\/1\.1\r?\n/;
const TARGET = /\r?\nST:\s*([^\r\n]{1,300})/i;

export const ssdp: UdpDecoy = {
  name: 'ssdp',
  port: 1900,
  meet(datagram) {
    const text = datagram.toString('latin1');
    if (!SEARCH.test(text)) return null;
    return { happenings: [{ type: 'query', method: 'M-SEARCH', url: TARGET.exec(text)?.[1] ?? '' }] };
  },
};
