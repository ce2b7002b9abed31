// What the commoner link types are called (https://www.tcpdump.org/linktypes.html).

const NAMES: Readonly<Record<number, string>> = {
  0: 'BSD loopback',
  1: 'Ethernet',
  6: 'Token Ring',
  9: 'PPP',
  10: 'FDDI',
  12: 'raw IP',
  14: 'raw IP',
  50: 'PPP',
  51: 'PPPoE',
  100: 'ATM',
  101: 'raw IP',
  104: 'Cisco HDLC',
  105: 'Wi-Fi',
  107: 'Frame Relay',
  108: 'BSD loopback',
  113: 'Linux cooked',
  117: 'PF log',
  119: 'Wi-Fi with Prism header',
  127: 'Wi-Fi with radiotap',
  149: 'DOCSIS',
  187: 'Bluetooth HCI',
  189: 'USB',
  192: 'Per-Packet Information',
  195: 'IEEE 802.15.4',
  201: 'Bluetooth HCI',
  220: 'USB',
  227: 'CAN',
  228: 'IPv4',
  229: 'IPv6',
  239: 'netfilter log',
  242: 'IP over InfiniBand',
  251: 'Bluetooth LE',
  253: 'Netlink',
  276: 'Linux cooked v2',
};

export function linkTypeName(linkType: number): string {
  return linkType < 0 ? 'events' : (NAMES[linkType] ?? `link type ${linkType}`);
}
