// Vendors of Ethernet addresses, for `eth.addr.oui_resolved` and its kin: from the list of the IEEE that the system has, be it
// Wireshark's, of a package such as ieee-data or hwdata, or Nmap's. The file is read when the first vendor is asked for.
import { readFileSync } from 'node:fs';

interface List {
  readonly path: string;
  /** How a line begins, from six hexadecimal digits in capitals. */
  readonly key: (hex: string) => string;
  /** The vendor, from what follows on the line. */
  readonly vendor: (rest: string) => string;
}

const pairs = (hex: string, between: string): string => hex.replace(/..(?=.)/g, `$&${between}`);
const trimmed = (rest: string): string => rest.trim();

/** `00:00:0C⇥Cisco⇥Cisco Systems, Inc`: a short name, perhaps the whole one, and perhaps a comment. */
export const wireshark = (path: string): List => ({
  path,
  key: (hex) => `${pairs(hex, ':')}\t`,
  vendor(rest) {
    const [short = '', whole = short] = rest.split('\t');
    return whole;
  },
});
/** `00-00-0C   (hex)⇥⇥Cisco Systems, Inc` */
export const ieee = (path: string): List => ({
  path,
  key: (hex) => `${pairs(hex, '-')}   (hex)`,
  vendor: trimmed,
});
/** `00000C Cisco Systems` */
export const nmap = (path: string): List => ({ path, key: (hex) => `${hex} `, vendor: trimmed });

const LISTS: readonly List[] = [
  wireshark('/usr/share/wireshark/manuf'),
  wireshark('/usr/local/share/wireshark/manuf'),
  ieee('/usr/share/ieee-data/oui.txt'),
  ieee('/var/lib/ieee-data/oui.txt'),
  ieee('/usr/share/hwdata/oui.txt'),
  nmap('/usr/share/nmap/nmap-mac-prefixes'),
];

function readList(lists: readonly List[]): { list: List; text: string } | null {
  for (const list of lists) {
    try {
      return { list, text: `\n${readFileSync(list.path, 'utf8')}\n` };
    } catch {
      // Most systems have one of the lists, or none.
    }
  }
  return null;
}

/** A function that names the vendor of an OUI (IEEE Std 802-2014 §8.1), undefined where no list of the system has it. */
export function vendorLookup(lists: readonly List[] = LISTS): (oui: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  let source: ReturnType<typeof readList> | undefined;
  return (oui) => {
    if (known.has(oui)) return known.get(oui);
    if (source === undefined) source = readList(lists);
    const vendor = source === null ? undefined : find(source.text, source.list, oui);
    // An attacker's random addresses must not fill the memory.
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(oui, vendor);
    return vendor;
  };
}

const KNOWN_MAX = 65_536;

function find(text: string, { key, vendor }: List, oui: number): string | undefined {
  const start = `\n${key(oui.toString(16).toUpperCase().padStart(6, '0'))}`;
  const at = text.indexOf(start);
  return at < 0 ? undefined : vendor(text.slice(at + start.length, text.indexOf('\n', at + start.length)));
}
