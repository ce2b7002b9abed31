// Compact tables of names in runs: a hexadecimal number, a colon, and the names of it and the following numbers.

/** A look-up function for such a table, which is parsed on first use. */
export function runs(table: string, prefix = ''): (value: number) => string | undefined {
  let names: Map<number, string> | null = null;
  return (value) => {
    names ??= read(table, prefix);
    return names.get(value);
  };
}

/** `=NAME` is without prefix, `-` is no name, `~` is a space. */
function read(table: string, prefix: string): Map<number, string> {
  const names = new Map<number, string>();
  let value = 0;
  for (const word of table.split(/\s+/)) {
    if (word === '') continue;
    if (word.endsWith(':')) value = Number.parseInt(word, 16);
    else {
      const name = word.replaceAll('~', ' ');
      if (word !== '-') names.set(value, word.startsWith('=') ? name.slice(1) : prefix + name);
      value++;
    }
  }
  return names;
}
