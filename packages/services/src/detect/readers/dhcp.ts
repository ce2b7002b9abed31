import { Tap } from '@eyrie/dissect';
import { addressAt, frameMacs, type ReaderMaker, timeOf } from '../reader.ts';

const TYPE = 'dhcp.option.dhcp';
const ROUTER = 'dhcp.option.router';
const DNS = 'dhcp.option.domain_name_server';
const SERVER = 'dhcp.option.dhcp_server_id';

export const dhcpReader: ReaderMaker = {
  protocols: ['dhcp'],
  make(see) {
    const tap = new Tap(['dhcp'], [TYPE, ROUTER, DNS, SERVER, 'dhcp.id', 'dhcp.hw.mac_addr']);
    return (p, layer) => {
      tap.take(p, layer);
      if (!tap.has(TYPE) || p.netKind === 0) return;
      see({
        kind: 'dhcp',
        time: timeOf(p),
        frame: p.number,
        type: tap.number(TYPE),
        transaction: tap.number('dhcp.id'),
        clientMac: tap.text('dhcp.hw.mac_addr'),
        frameSource: frameMacs(p, layer).source,
        source: addressAt(p, p.netSrc),
        serverId: tap.text(SERVER),
        routers: tap.texts(ROUTER).join(' '),
        dnsServers: tap.texts(DNS).join(' '),
      });
    };
  },
};
