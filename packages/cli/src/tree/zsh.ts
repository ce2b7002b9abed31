// Completion for zsh: a function for each command, with _arguments (zshcompsys(1)).
import { allCommands, type CommandFacts, kindOf, type OptionFacts, type ValueKind } from './describe.ts';

const HEAD = `#compdef eyrie
# Completion of eyrie for zsh. Made by: eyrie completion zsh
# To have it always: eyrie completion zsh > a folder of $fpath, as _eyrie

_eyrie_peers() {
  local -a peers=( \${EYRIE_HOME:-\${XDG_DATA_HOME:-$HOME/.local/share}/eyrie}/peers/*(N/:t) )
  compadd -a peers
}
_eyrie_interfaces() { compadd -- $(command ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null) }
_eyrie_fields() { compadd -- $(eyrie fields "$PREFIX" 2>/dev/null | command cut -d ' ' -f 1) }
`;

const ACTIONS: Readonly<Record<ValueKind, string>> = {
  file: '_files',
  folder: '_files -/',
  peer: '_eyrie_peers',
  interface: '_eyrie_interfaces',
  field: '_eyrie_fields',
  none: ' ',
};

export function zshCompletion(tree: CommandFacts): string {
  return `${[HEAD, ...allCommands(tree).map(functionOf), `compdef _eyrie eyrie`].join('\n')}\n`;
}

function nameOf(path: readonly string[]): string {
  return ['_eyrie', ...path].join('_').replaceAll('-', '_');
}

function functionOf(command: CommandFacts): string {
  const specs = command.options.map(optionSpec);
  if (command.commands.length === 0) return plainFunction(command, specs);
  const list = command.commands.map(({ path, text }) =>
    quoted(`${path.at(-1)}:${text.replaceAll(':', '\\:')}`),
  );
  return `${nameOf(command.path)}() {
  local -a commands=(
    ${list.join('\n    ')}
  )
  local state line
  _arguments -C \\
    ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest) (( $+functions[${nameOf(command.path)}_\${line[1]//-/_}] )) && ${nameOf(command.path)}_\${line[1]//-/_} ;;
  esac
}
`;
}

function plainFunction(command: CommandFacts, specs: readonly string[]): string {
  const args = command.args.map(({ name, text, choices, isVariadic }) => {
    const label = (text || name).replaceAll(':', '\\:').replaceAll(/[[\]]/g, '');
    return quoted(`${isVariadic ? '*' : ''}:${label}:${actionOf(kindOf(name), choices)}`);
  });
  return `${nameOf(command.path)}() {
  _arguments \\
    ${[...specs, ...args].join(' \\\n    ')}
}
`;
}

function actionOf(kind: ValueKind, choices: readonly string[]): string {
  return choices.length === 0 ? ACTIONS[kind] : `(${choices.join(' ')})`;
}

function optionSpec({ short, long, text, value, choices }: OptionFacts): string {
  const label = text.replaceAll('\\', '').replaceAll(/[[\]]/g, '').replaceAll(':', '\\:');
  const action = value === null ? '' : actionOf(kindOf(value, long), choices);
  const end = value === null ? '' : `:${value.replaceAll(':', '\\:')}:${action}`;
  const names = [short, long].filter((name) => name !== null);
  if (names.length === 1) return quoted(`${names[0]}[${label}]${end}`);
  return `'(${names.join(' ')})'{${names.join(',')}}${quoted(`[${label}]${end}`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
