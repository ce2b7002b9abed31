// Addresses and prefixes in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).

/** The bits of an address as text of 0 and 1, most significant first; null if it is no address. */
function bitsOf(address: string): string | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (four !== null) {
    const parts = four.slice(1).map(Number);
    return parts.every((part) => part < 256)
      ? parts.map((part) => part.toString(2).padStart(8, '0')).join('')
      : null;
  }
  return bitsOf6(address);
}

function bitsOf6(address: string): string | null {
  const halves = address.split('::');
  if (!address.includes(':') || halves.length > 2) return null;
  const groupsOf = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

/** A predicate for addresses in a prefix such as `10.0.0.0/8`, or equal to one address; null if the text is neither. */
export function prefixTest(text: string): ((address: string) => boolean) | null {
  const [address = '', length] = text.split('/');
  const bits = bitsOf(address);
  if (bits === null || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const count = length === undefined ? bits.length : Number(length);
  if (count > bits.length) return null;
  const wanted = bits.slice(0, count);
  return (each) => {
    const other = bitsOf(each);
    return other !== null && other.length === bits.length && other.startsWith(wanted);
  };
}
