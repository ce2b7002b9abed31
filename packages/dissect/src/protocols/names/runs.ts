// Compact tables of names, written as runs: a hexadecimal number, a colon, and the names of it and the numbers after
// it.

/** A lookup in such a table, read when it is asked for the first time. */
export function runs(table: string, prefix = ''): (value: number) => string | undefined {
  let names: Map<number, string> | null = null;
  return (value) => {
    names ??= read(table, prefix);
    return names.get(value);
  };
}

/** `=NAME` has no prefix, `-` is no name, `~` is a blank. */
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
