// Registration of security protocols: TLS and DTLS, SSH, IKE and VPNs.

import { http3 } from './http3/http3.ts';
import { gquic } from './quic/gquic.ts';
import { quic } from './quic/quic.ts';
import { ssh } from './ssh/ssh.ts';
import { dtls } from './tls/dtls.ts';
import { tls } from './tls/tls.ts';
import { isakmp } from './vpn/isakmp.ts';
import { openvpn } from './vpn/openvpn.ts';
import { udpencap } from './vpn/udpencap.ts';
import { wireguard } from './vpn/wireguard.ts';
import { pkixCert, x509af } from './x509/certificate.ts';
import { ocsp } from './x509/ocsp.ts';
import { listedProtocols } from './x509/oid-table.ts';

export const secureProtocols = [
  tls,
  dtls,
  quic,
  http3,
  gquic,
  ssh,
  isakmp,
  udpencap,
  openvpn,
  wireguard,
  ocsp,
  x509af,
  pkixCert,
  ...listedProtocols,
];
