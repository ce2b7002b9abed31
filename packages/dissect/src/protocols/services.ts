// Services that networks run on.
import { syslog } from './syslog.ts';
import { tftp } from './tftp.ts';

export const serviceProtocols = [syslog, tftp];
