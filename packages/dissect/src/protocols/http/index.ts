// Registration of HTTP in all versions, and of protocols based on it.
import { ipp } from '../media/ipp.ts';
import { http, httpPorts } from './http.ts';
import { http2 } from './http2/http2.ts';
import { ssdp } from './ssdp.ts';
import { onUpgrade } from './switching.ts';
import { websocket } from './websocket.ts';

httpPorts.set(631, ipp);
onUpgrade('websocket', websocket);
onUpgrade('h2c', http2);

export const httpProtocols = [http, http2, websocket, ssdp];
