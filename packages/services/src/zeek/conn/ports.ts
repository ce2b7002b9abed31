// Ports on which servers listen, by which Zeek guesses who is the server of a connection whose beginning was not captured
// (`likely_server_ports`, filled by the scripts of each protocol in base/protocols).

const TCP = [
  ...[21, 22, 25, 53, 80, 81, 88, 110, 135, 139, 143, 389, 443, 445, 502, 514, 563, 585, 587, 614, 631, 636],
  ...[989, 990, 992, 993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5060, 5222, 5223, 5269, 5432],
  ...[6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000],
];
const UDP = [53, 67, 88, 123, 137, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3544, 4789, 5060, 5353, 5355];

const tcp = new Set(TCP);
const udp = new Set([...UDP, 6081]);

export function isLikelyServer(transport: 'tcp' | 'udp', port: number): boolean {
  return (transport === 'tcp' ? tcp : udp).has(port);
}
