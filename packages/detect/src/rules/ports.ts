// Ports of services, which scanners probe; P2P programs use others.

const BEYOND_1023 = new Set([
  1080, 1433, 1434, 1521, 1723, 1883, 2049, 2222, 2323, 2375, 2376, 3128, 3268, 3306, 3389, 4444, 4786, 5000,
  5060, 5061, 5432, 5555, 5601, 5672, 5683, 5800, 5900, 5901, 5984, 5985, 5986, 6000, 6379, 6443, 7001, 7547,
  8000, 8008, 8080, 8081, 8088, 8443, 8545, 8728, 8888, 9000, 9042, 9090, 9100, 9200, 9300, 9999, 10000,
  10250, 11211, 15672, 16010, 20000, 23424, 27017, 27018, 37215, 47808, 49152, 50000, 50070, 52869, 60001,
  61616,
]);

export function isServicePort(port: number): boolean {
  return (port > 0 && port < 1024) || BEYOND_1023.has(port);
}

export function isWebPort(port: number): boolean {
  return port === 80 || port === 443;
}
