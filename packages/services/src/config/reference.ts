// Generates the reference page of all options in Markdown, docs/reference/configuration.md.
import { optionsOf, sectionNames, wanted } from './load.ts';

const INTRODUCTION = `# Configuration

Made from the schema in packages/services/src/config: \`eyrie config\` prints it, and \`eyrie config --toml\` an eyrie.toml
with all of it.

Options come from, in this order, each over the ones before: the defaults below, \`eyrie.toml\` (\`--config FILE\`, else
\`~/.config/eyrie/eyrie.toml\`, else \`/etc/eyrie/eyrie.toml\`), variables \`EYRIE_SECTION_KEY\`, and flags.

    [persistor]
    port = 6002                       # or EYRIE_PERSISTOR_PORT=6002, or eyrie persistor --port 6002
`;

export function reference(): string {
  const sections = sectionNames().map((section) => {
    const rows = Object.entries(optionsOf(section)).map(([key, schema]) => {
      const values = wanted(schema);
      const standard = schema.default === '' ? '' : `\`${schema.default}\``;
      return `| \`${key}\` | ${schema.description} | ${standard} | ${values.replaceAll('|', '\\|')} | ${schema.tradeOff} |`;
    });
    return [
      `## ${section}`,
      '',
      '| option | what it is | default | values | trade-off |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n').trimEnd()}\n`;
}
