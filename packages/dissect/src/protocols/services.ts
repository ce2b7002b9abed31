// Registration of network services (time, access, discovery, files).
import { dhcpv6 } from './dhcpv6.ts';
import { radius } from './radius.ts';
import { networkServices } from './services/index.ts';
import { syslog } from './syslog.ts';
import { tacacs } from './tacacs.ts';
import { tacplus } from './tacplus.ts';
import { tftp } from './tftp.ts';

export const serviceProtocols = [syslog, tftp, dhcpv6, radius, tacacs, tacplus, ...networkServices];
