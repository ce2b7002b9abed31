// Parses the stderr of tcpdump and dumpcap: drop counters, and the reasons of failures.
import { CaptureError } from '../errors.ts';
import { howToPermit, type Tool } from './tool.ts';

/** Packets dropped since the capture began. */
export interface DropCounts {
  /** By the kernel: its buffer was full. */
  kernel: number;
  /** By the interface or its driver. */
  interface: number;
}

/** Reads the counters in a line, if it has any. */
export function readCounts(line: string, counts: DropCounts): void {
  const kernel = /(\d+) packets? dropped by kernel/.exec(line);
  if (kernel !== null) counts.kernel = Number(kernel[1]);
  const nic = /(\d+) packets? dropped by interface/.exec(line);
  if (nic !== null) counts.interface = Number(nic[1]);
  // dumpcap: received/dropped on interface 'lo': 10/3 (pcap:2/dumpcap:0/flushed:0/ps_ifdrop:1)
  const both = /received\/dropped on interface .*: \d+\/\d+ \(pcap:(\d+)\/.*ps_ifdrop:(\d+)\)/.exec(line);
  if (both === null) return;
  counts.kernel = Number(both[1]);
  counts.interface = Number(both[2]);
}

/** The error for a tool that failed, made from its stderr. */
export function liveError(
  tool: Tool,
  name: string,
  filter: string | null,
  stderr: string,
  known: readonly string[],
): CaptureError {
  if (/No such device|no device named|SIOCETHTOOL.*No such|BIOCSETIF.*not configured/i.test(stderr)) {
    const list = known.length > 0 ? `; there are ${known.join(', ')}` : '';
    return new CaptureError('ERR_CAPTURE_NO_INTERFACE', `${name}: no such interface${list}`);
  }
  if (/permission|not permitted|Operation not allowed/i.test(stderr))
    return new CaptureError(
      'ERR_CAPTURE_NO_PERMISSION',
      `${name}: you may not capture here; ${howToPermit(tool)}`,
    );
  if (/filter expression|capture filter|syntax error|illegal token|unknown host/i.test(stderr)) {
    const reason =
      /(?:filter expression: |tcpdump: (?!can't parse))(.*?)\)?$/m.exec(stderr)?.[1] ??
      'it is not a BPF expression';
    return new CaptureError(
      'ERR_CAPTURE_BAD_FILTER',
      `capture filter "${filter}": ${reason}; see man pcap-filter, for example: tcp port 443`,
    );
  }
  if (/is not up|Network is down|went down/i.test(stderr))
    return new CaptureError(
      'ERR_CAPTURE_LIVE',
      `${name}: the interface is down; bring it up with: ip link set ${name} up`,
    );
  if (/interface disappeared/i.test(stderr))
    return new CaptureError('ERR_CAPTURE_LIVE', `${name}: the interface was removed`);
  const line = stderr.split('\n').findLast((each) => each.trim() !== '') ?? 'it printed no message';
  return new CaptureError('ERR_CAPTURE_LIVE', `${name}: ${tool.name} cannot capture: ${line.trim()}`);
}
