// The reference page of findings, from the rules.
import { RULES, type Rule } from '@eyrie/detect';

const HEAD = `# Findings

What the intrusion rules find, a line each. \`eyrie read FILE -q -z findings\` applies them to a capture file; with
\`--json\` each finding comes with its evidence: numbers of packets and of conversations to look at. Severities are info,
low, medium, high and critical; the one here is the usual one. Techniques are those of MITRE ATT&CK for enterprise.

This page is made by \`npm run docs\` from the rules in \`packages/detect/src/rules\`; a test compares the two.

`;

const COLUMNS = [
  'rule',
  'what it finds',
  'severity',
  'technique',
  'speaks when',
  'keeps quiet about',
  'source',
  'what to do',
];

export function findingsPage(): string {
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...RULES.map(cells)];
  return `${HEAD}${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}

function cells({ id, title, severity, technique, threshold, exemptions, source, advice }: Rule): string[] {
  const link = technique === null ? '–' : `[${technique.id}](${urlOf(technique.id)}) ${technique.name}`;
  return [`\`${id}\``, title, severity, link, threshold, exemptions, source, advice].map((text) =>
    text.replaceAll('|', '\\|'),
  );
}

function urlOf(id: string): string {
  return `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`;
}
