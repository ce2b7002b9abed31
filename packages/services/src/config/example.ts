// Generates an eyrie.toml that explains every option, each commented out at its default.
import { optionsOf, sectionNames, wanted } from './load.ts';

const HEAD = `# eyrie.toml: every option with what it is, its values, what other values get and cost, and its default.
# Made by "eyrie config --toml". It is read from --config FILE, ~/.config/eyrie/eyrie.toml or /etc/eyrie/eyrie.toml;
# EYRIE_SECTION_KEY in the environment comes before it, and flags before that. Take away the # of what you change.
`;
const WIDTH = 110;

export function exampleToml(): string {
  const sections = sectionNames().map((section) => {
    const options = Object.entries(optionsOf(section)).map(([key, schema]) => {
      const remarks = [schema.description, wanted(schema), schema.tradeOff];
      const lines = remarks.flatMap((text) => wrapped(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`));
      return `${lines.join('\n')}\n#${key} = ${JSON.stringify(schema.default)}\n`;
    });
    return `\n[${section}]\n${options.join('\n')}`;
  });
  return HEAD + sections.join('');
}

function wrapped(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last.length + word.length >= WIDTH) lines.push(`#   ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
