// Vendors of Ethernet addresses, for `eth.addr.oui_resolved` and its kin: from the list of the IEEE that the system has, be it
// Wireshark's, of a package such as ieee-data or hwdata, or Nmap's. The file is read when the first vendor is asked for.
import { readFileSync } from 'node:fs';

interface List {
  readonly path: string;
  /** A line begins with three bytes in hexadecimal capitals: what stands between them, and what behind. */
  readonly between: string;
  readonly behind: string;
  /** The vendor, from what follows on the line. */
  readonly vendor: (rest: string) => string;
}

const trimmed = (rest: string): string => rest.trim();

/** `00:00:0C⇥Cisco⇥Cisco Systems, Inc`: a short name, perhaps the whole one, and perhaps a comment. */
export const wireshark = (path: string): List => ({
  path,
  between: ':',
  behind: '\t',
  vendor(rest) {
    const [short = '', whole = short] = rest.split('\t');
    return whole;
  },
});
/** `00-00-0C   (hex)⇥⇥Cisco Systems, Inc` */
export const ieee = (path: string): List => ({ path, between: '-', behind: '   (hex)', vendor: trimmed });
/** `00000C Cisco Systems` */
export const nmap = (path: string): List => ({ path, between: '', behind: ' ', vendor: trimmed });

const LISTS: readonly List[] = [
  wireshark('/usr/share/wireshark/manuf'),
  wireshark('/usr/local/share/wireshark/manuf'),
  ieee('/usr/share/ieee-data/oui.txt'),
  ieee('/var/lib/ieee-data/oui.txt'),
  ieee('/usr/share/hwdata/oui.txt'),
  nmap('/usr/share/nmap/nmap-mac-prefixes'),
];

/** An OUI's place in a list: where its vendor begins; undefined where the list has no such line. */
type Find = (oui: number) => number | undefined;

class VendorList {
  readonly #list: List;
  readonly #text: string;
  #searches = 0;
  #find: Find = (oui) => this.#search(oui);

  constructor(list: List, text: string) {
    this.#list = list;
    this.#text = `\n${text}\n`;
  }

  vendorOf(oui: number): string | undefined {
    if (this.#searches === SEARCHES_MAX) this.#find = this.#indexed();
    const at = this.#find(oui);
    return at === undefined
      ? undefined
      : this.#list.vendor(this.#text.slice(at, this.#text.indexOf('\n', at)));
  }

  #search(oui: number): number | undefined {
    this.#searches++;
    const { between, behind } = this.#list;
    const bytes = [oui >> 16, (oui >> 8) & 0xff, oui & 0xff].map((byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    const start = `\n${bytes.join(between).toUpperCase()}${behind}`;
    const at = this.#text.indexOf(start);
    return at < 0 ? undefined : at + start.length;
  }

  #indexed(): Find {
    this.#searches = Number.POSITIVE_INFINITY;
    const { between, behind } = this.#list;
    const byte = '([0-9A-F]{2})';
    const line = new RegExp(`\n${[byte, byte, byte].join(between)}${behind.replace(/[()]/g, '\\$&')}`, 'g');
    const places = new Map<number, number>();
    for (let found = line.exec(this.#text); found !== null; found = line.exec(this.#text)) {
      const oui = Number.parseInt(found[1]! + found[2]! + found[3]!, 16);
      if (!places.has(oui)) places.set(oui, line.lastIndex);
    }
    return (oui) => places.get(oui);
  }
}

/** Searches of the whole list before it is indexed, which takes as long as ten of them: most captures name fewer vendors. */
const SEARCHES_MAX = 10;

function readList(lists: readonly List[]): VendorList | null {
  for (const list of lists) {
    try {
      return new VendorList(list, readFileSync(list.path, 'utf8'));
    } catch {
      // Most systems have one of the lists, or none.
    }
  }
  return null;
}

/** A function that names the vendor of an OUI (IEEE Std 802-2014 §8.1), undefined where no list of the system has it. */
export function vendorLookup(lists: readonly List[] = LISTS): (oui: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  let list: VendorList | null | undefined;
  return (oui) => {
    if (known.has(oui)) return known.get(oui);
    if (list === undefined) list = readList(lists);
    const vendor = list?.vendorOf(oui);
    // An attacker's random addresses must not fill the memory.
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(oui, vendor);
    return vendor;
  };
}

const KNOWN_MAX = 65_536;
