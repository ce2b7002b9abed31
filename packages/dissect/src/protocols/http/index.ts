// HTTP in its versions, and what lives on it.
import { http } from './http.ts';
import { ssdp } from './ssdp.ts';

export const httpProtocols = [http, ssdp];
