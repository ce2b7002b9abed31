// Parses Linux's /proc files (proc(5)): text in, numbers out. Missing or malformed values are omitted.

export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** CPU times from the first line of /proc/stat, in ticks since boot. */
export function cpuTimes(stat: string): CpuTimes | null {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, total: busy + idle + iowait };
}

/** Memory from /proc/meminfo, in bytes. `MemAvailable`: free memory plus reclaimable caches. */
export function memory(meminfo: string): { total: number; available: number } | null {
  const of = (name: string) => {
    const found = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo);
    return found === null ? null : Number(found[1]) * 1024;
  };
  const total = of('MemTotal');
  const available = of('MemAvailable') ?? of('MemFree');
  return total === null || available === null ? null : { total, available };
}

export function load1(loadavg: string): number | null {
  const value = Number.parseFloat(loadavg);
  return Number.isNaN(value) ? null : value;
}

/** Counters of one interface since it was created. */
export interface InterfaceCounts {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrors: number;
  readonly rxDrops: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly txErrors: number;
  readonly txDrops: number;
}

const INTERFACES_MAX = 256;

/** Interface counters from /proc/net/dev. */
export function interfaces(dev: string): InterfaceCounts[] {
  const all: InterfaceCounts[] = [];
  for (const line of dev.split('\n').slice(2, 2 + INTERFACES_MAX)) {
    const at = line.lastIndexOf(':');
    if (at < 0) continue;
    const counts = line
      .slice(at + 1)
      .trim()
      .split(/ +/)
      .map(Number);
    if (counts.length < 12 || counts.some(Number.isNaN)) continue;
    const [rxBytes, rxPackets, rxErrors, rxDrops] = counts as [number, number, number, number];
    const [txBytes, txPackets, txErrors, txDrops] = counts.slice(8) as [number, number, number, number];
    const name = line.slice(0, at).trim();
    all.push({ name, rxBytes, rxPackets, rxErrors, rxDrops, txBytes, txPackets, txErrors, txDrops });
  }
  return all;
}

const SECTOR_BYTES = 512;
/** Whole disks only: partitions, and loop, device mapper and RAID devices, would count twice. */
const DISK = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** Bytes read and written since boot, summed over all disks, from /proc/diskstats. */
export function disks(diskstats: string): { read: number; written: number } {
  let [read, written] = [0, 0];
  for (const line of diskstats.split('\n')) {
    const words = line.trim().split(/ +/);
    if (!DISK.test(words[2] ?? '')) continue;
    read += (Number(words[5]) || 0) * SECTOR_BYTES;
    written += (Number(words[9]) || 0) * SECTOR_BYTES;
  }
  return { read, written };
}

export interface Mount {
  readonly device: string;
  readonly path: string;
}

const MOUNTS_MAX = 64;
const LOCAL = /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|vfat|exfat|ntfs3?|fuseblk|bcachefs|overlay)$/;

/** Local file systems from /proc/self/mounts, each device once; an overlay only as root. */
export function mounts(text: string): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [device = '', escaped = '', kind = ''] = line.split(' ');
    const path = escaped.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (!LOCAL.test(kind) || (kind === 'overlay' && path !== '/')) continue;
    if (!byDevice.has(device) && byDevice.size < MOUNTS_MAX) byDevice.set(device, { device, path });
  }
  return [...byDevice.values()];
}
