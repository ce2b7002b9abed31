// Measures hosts other than Linux through systeminformation: slower, since it starts programs for some values.

import { summaryOf } from './linux.ts';
import { type HostMeter, type InterfaceRates, knownOf, type Sample } from './sample.ts';

export class OtherMeter implements HostMeter {
  async sample(): Promise<Sample> {
    const si = await import('systeminformation');
    const [load, memory, disks, network, links, temperature] = await Promise.all([
      si.currentLoad(),
      si.mem(),
      si.fsSize(),
      si.networkStats('*'),
      si.networkInterfaces(),
      si.cpuTemperature(),
    ]);
    const speeds = new Map(
      (Array.isArray(links) ? links : [links]).map(({ iface, speed }) => [iface, speed]),
    );
    const interfaces: InterfaceRates[] = network
      .filter(({ ms }) => ms > 0)
      .map((each) => ({
        name: each.iface,
        rx: { bytes: each.rx_sec, packets: 0, errors: 0, drops: 0 },
        tx: { bytes: each.tx_sec, packets: 0, errors: 0, drops: 0 },
        speed: (speeds.get(each.iface) ?? 0) * 1e6 || null,
      }));
    const storage = disks.map(({ mount, size, available }) => ({
      path: mount,
      total: size,
      free: available,
    }));
    const temperatures = temperature.main === null ? [] : [{ name: 'cpu', celsius: temperature.main }];
    const details = { interfaces, storage, temperatures };
    const measured = knownOf({
      'cpu.used': load.currentLoad,
      'cpu.free': 100 - load.currentLoad,
      'cpu.cores': load.cpus.length,
      'load.1': load.avgLoad,
      'memory.total': memory.total,
      'memory.free': memory.available,
      'memory.used': (100 * (memory.total - memory.available)) / memory.total,
      uptime: si.time().uptime,
      ...summaryOf(details),
    });
    return { measured, details };
  }
}
