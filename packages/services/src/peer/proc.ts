// Reads what the Linux kernel writes under /proc (proc(5)). Text in, numbers out; what is not there or not a number is left
// out, never guessed.

export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** The first line of /proc/stat, in ticks since the start. */
export function cpuTimes(stat: string): CpuTimes | null {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, total: busy + idle + iowait };
}

/** /proc/meminfo, in bytes. `MemAvailable` is what programs can still get: free, and what the kernel would give up. */
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

/** Counted since the start, of one interface. */
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

/** /proc/net/dev. */
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
/** Whole disks, not their partitions, nor what lies on other disks (loop, device mapper, RAID), which would count twice. */
const DISK = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** /proc/diskstats: bytes read and written since the start, of all disks together. */
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

/** /proc/self/mounts: file systems of this host, each device once; the root file system also if it is an overlay. */
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
