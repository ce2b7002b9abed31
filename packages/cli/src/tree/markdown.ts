// The reference page of all commands.
import { EXIT_STATUS } from '../errors.ts';
import type { CommandFacts } from './describe.ts';

const HEAD = `# Commands

Made from the tree of commands by \`npm run docs\`; \`eyrie COMMAND --help\` says the same on a terminal. Errors are one line
on standard error. Exit status: ${EXIT_STATUS}

`;

export function commandsPage(tree: CommandFacts): string {
  let group = '';
  const parts = tree.commands.map((command) => {
    const heading = command.group === group ? '' : `## ${command.group.replace(/:$/, '')}\n\n`;
    group = command.group;
    return heading + section(command);
  });
  return `${HEAD}${parts.join('\n')}`;
}

function section(command: CommandFacts): string {
  const { path, text, args, options, commands, after } = command;
  const level = '#'.repeat(path.length + 2);
  const usage = args.map(({ name, isRequired, isVariadic }) => {
    const word = isVariadic ? `${name}...` : name;
    return isRequired ? `<${word}>` : `[${word}]`;
  });
  const rows = [
    ...args.filter((each) => each.text !== '').map(({ name, text: said }) => row(name, said)),
    ...options.filter(({ long }) => long !== '--help').map(({ flags, text: said }) => row(flags, said)),
  ];
  return [
    `${level} eyrie ${path.join(' ')}\n\n${sentence(text)}\n\n    eyrie ${[...path, ...usage].join(' ')}\n`,
    rows.length === 0 ? '' : `\n| | |\n|---|---|\n${rows.join('\n')}\n`,
    after === '' ? '' : `\n\`\`\`text\n${after}\n\`\`\`\n`,
    ...commands.map((each) => `\n${section(each)}`),
  ].join('');
}

function row(name: string, text: string): string {
  return `| \`${name.replaceAll('|', '\\|')}\` | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
