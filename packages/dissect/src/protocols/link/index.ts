// Registration of link layer protocols.
import { arp } from '../arp.ts';
import { cdp } from '../cisco/cdp.ts';
import { erspan } from '../cisco/erspan.ts';
import { fabricPath } from '../cisco/fabricpath.ts';
import { isl } from '../cisco/isl.ts';
import { dtp, otherDiscovery, pagp, udld } from '../cisco/link-records.ts';
import { vtp } from '../cisco/vtp.ts';
import { eap } from '../eap.ts';
import { eapol } from '../eapol.ts';
import { eth } from '../eth.ts';
import { ethertype } from '../ethertype.ts';
import { llc } from '../llc.ts';
import { aarp, atp, ddp, llap, nbp, rtmp, shortDdp, zip } from '../oldlan/appletalk.ts';
import { decDna, lat } from '../oldlan/dec.ts';
import { ipx, ipxOthers, ipxrip, ipxsap, nbipx, nlsp } from '../oldlan/ipx.ts';
import { netbios } from '../oldlan/netbios.ts';
import { chap, pap } from '../ppp/authentication.ts';
import { chdlc, slarp } from '../ppp/chdlc.ts';
import { bacp, bcpNcp, ccp, cdpcp, ipcp, ipv6cp, lcp, mplscp, osinlcp } from '../ppp/control.ts';
import { bap, bcpBpdu, cbcp, compData, mp, vjc } from '../ppp/others.ts';
import { ppp } from '../ppp/ppp.ts';
import { pppoed, pppoes } from '../ppp/pppoe.ts';
import { bluetoothProtocols } from '../serial/bluetooth/index.ts';
import { can } from '../serial/can.ts';
import { netanalyzer, serialHeads } from '../serial/heads.ts';
import { classProtocols } from '../serial/usb/classes.ts';
import { usb } from '../serial/usb/usb.ts';
import { vsock } from '../serial/vsock.ts';
import { wpanProtocols } from '../serial/wpan/index.ts';
import { ppi, prism, wlancap } from '../wlan/capture-headers.ts';
import { wlanManagement } from '../wlan/management.ts';
import { wlanRadio } from '../wlan/radio.ts';
import { radiotap } from '../wlan/radiotap.ts';
import { wlan, wlanAggregate } from '../wlan/wlan.ts';
import { aoe } from './aoe.ts';
import { arcnet } from './arcnet.ts';
import { atm, ilmi, lane, sscop } from './atm.ts';
import { atmarp } from './atmarp.ts';
import { avsp } from './avsp.ts';
import { batadv } from './batadv.ts';
import { dsa } from './dsa.ts';
import { loop, macc, wol } from './ethernet-control.ts';
import {
  cfm,
  ecat,
  ecatf,
  fc,
  hpext,
  hpsw,
  hsr,
  industrialHeads,
  pnDcp,
  pnIo,
  pnPtcp,
  pnRt,
  realtek,
  realtekEcho,
  rldp,
  rrcp,
  sapHeads,
  storageHeads,
  vendorHeads,
  vinesHeads,
} from './ethernet-heads.ts';
import { f5ethtrailer } from './f5ethtrailer.ts';
import { fr } from './framerelay.ts';
import { gmrp, gvrp } from './garp.ts';
import { btpa, btpb, geonetworking, its } from './geonetworking.ts';
import { homeplug, homeplugAv } from './homeplug.ts';
import { ipnet, ipoib } from './infiniband-solaris.ts';
import { juniper } from './juniper.ts';
import { lldp } from './lldp.ts';
import { lmi, q933 } from './lmi.ts';
import { macsec } from './macsec.ts';
import { mpls, pwach, pwethcw, pwethheuristic, pwethnocw } from './mpls.ts';
import { netlink, netlinkFamilies } from './netlink.ts';
import { nflog } from './nflog.ts';
import { nullLoopback } from './null.ts';
import { enc, pflog } from './openbsd.ts';
import { osi } from './osi.ts';
import { packetData } from './packet-data.ts';
import { pktap, userDlt } from './pktap.ts';
import { etag, vntag } from './port-tags.ts';
import { ieee8021ad, ieee8021ah } from './provider-tags.ts';
import { raw } from './raw.ts';
import { sll } from './sll.ts';
import { lacp, marker, oampdu, ossp, slow } from './slow.ts';
import { stp } from './stp.ts';
import { clip, fddi, tokenRing, trmac } from './tokenring.ts';
import { trill } from './trill.ts';
import { gmtrailer, ixiatrailer } from './visibility-trailers.ts';
import { vlan } from './vlan.ts';
import { vssmonitoring } from './vssmonitoring.ts';
import { x25, xot } from './xot.ts';

export const linkProtocols = [
  eth,
  ethertype,
  llc,
  arp,
  eap,
  eapol,
  aoe,
  arcnet,
  atm,
  lane,
  sscop,
  ilmi,
  atmarp,
  avsp,
  batadv,
  dsa,
  macc,
  loop,
  wol,
  ecatf,
  ecat,
  pnRt,
  pnIo,
  pnDcp,
  pnPtcp,
  hsr,
  cfm,
  fc,
  realtek,
  rrcp,
  realtekEcho,
  rldp,
  hpext,
  hpsw,
  ...industrialHeads,
  ...storageHeads,
  ...vendorHeads,
  ...vinesHeads,
  ...sapHeads,
  f5ethtrailer,
  fr,
  gvrp,
  gmrp,
  geonetworking,
  btpa,
  btpb,
  its,
  homeplugAv,
  homeplug,
  ipoib,
  ipnet,
  juniper,
  lldp,
  q933,
  lmi,
  macsec,
  mpls,
  pwach,
  pwethheuristic,
  pwethnocw,
  pwethcw,
  netlink,
  ...netlinkFamilies,
  nflog,
  nullLoopback,
  pflog,
  enc,
  osi,
  packetData,
  pktap,
  userDlt,
  vntag,
  etag,
  ieee8021ah,
  ieee8021ad,
  raw,
  sll,
  slow,
  lacp,
  marker,
  oampdu,
  ossp,
  stp,
  tokenRing,
  trmac,
  fddi,
  clip,
  trill,
  ixiatrailer,
  gmtrailer,
  vlan,
  vssmonitoring,
  pap,
  chap,
  chdlc,
  slarp,
  lcp,
  ipcp,
  ipv6cp,
  ccp,
  mplscp,
  cdpcp,
  osinlcp,
  bcpNcp,
  bacp,
  compData,
  vjc,
  cbcp,
  bap,
  bcpBpdu,
  mp,
  ppp,
  pppoed,
  pppoes,
  cdp,
  erspan,
  fabricPath,
  isl,
  dtp,
  udld,
  pagp,
  ...otherDiscovery,
  vtp,
  ddp,
  aarp,
  nbp,
  rtmp,
  zip,
  atp,
  llap,
  shortDdp,
  decDna,
  lat,
  ipx,
  ipxsap,
  ipxrip,
  nbipx,
  nlsp,
  ...ipxOthers,
  netbios,
  prism,
  wlancap,
  ppi,
  wlanManagement,
  wlanRadio,
  radiotap,
  wlan,
  wlanAggregate,
  ...bluetoothProtocols,
  can,
  netanalyzer,
  ...serialHeads,
  usb,
  ...classProtocols,
  vsock,
  ...wpanProtocols,
  xot,
  x25,
];
