// Completion for bash: one function that finds the command in the words so far, then its options, commands or values.
import { allCommands, type CommandFacts, kindOf, type OptionFacts, type ValueKind } from './describe.ts';

const HEAD = `# Completion of eyrie for bash. Made by: eyrie completion bash
# To have it always: eyrie completion bash > ~/.local/share/bash-completion/completions/eyrie

_eyrie_peers() { command ls "\${EYRIE_HOME:-\${XDG_DATA_HOME:-$HOME/.local/share}/eyrie}/peers" 2>/dev/null; }
_eyrie_interfaces() { command ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null; }
_eyrie_fields() { eyrie fields "$1" 2>/dev/null | command cut -d ' ' -f 1; }

_eyrie() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$path $word" in
`;

/** Bash completes files itself where there is nothing here; no mapfile and no compopt: macOS has bash 3.2. */
const WORDS: Readonly<Record<ValueKind, string>> = {
  file: 'COMPREPLY=()',
  folder: 'COMPREPLY=()',
  peer: 'COMPREPLY=($(compgen -W "$(_eyrie_peers)" -- "$cur"))',
  interface: 'COMPREPLY=($(compgen -W "$(_eyrie_interfaces)" -- "$cur"))',
  field: 'COMPREPLY=($(compgen -W "$(_eyrie_fields "$cur")" -- "$cur"))',
  none: 'COMPREPLY=()',
};

export function bashCompletion(tree: CommandFacts): string {
  const all = allCommands(tree);
  const paths = all.slice(1).map(({ path }) => `' ${path.join(' ')}'`);
  const lines = [
    HEAD.trimEnd(),
    `      ${paths.join(' | ')}) path+=" $word" ;;`,
    '    esac',
    '  done',
    '  case "$path|$prev" in',
    ...all.flatMap(valueCases),
    '  esac',
    '  local words=""',
    '  case "$path" in',
    ...all.map(wordCase),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '  [[ -n $words && -n "$COMPREPLY" || $cur == -* ]] && return',
    '  case "$path" in',
    ...all.flatMap(argumentCase),
    '  esac',
    '}',
    'complete -o bashdefault -o default -F _eyrie eyrie',
    '',
  ];
  return lines.join('\n');
}

function placeOf({ path }: CommandFacts): string {
  return path.map((name) => ` ${name}`).join('');
}

/** The values of options: those that are offered alike are one case. */
function valueCases(command: CommandFacts): string[] {
  const byWords = Map.groupBy(
    command.options.filter(({ value }) => value !== null),
    ({ value, long, choices }) => wordsOf(kindOf(value!, long), choices),
  );
  return [...byWords].map(([words, options]) => {
    const patterns = options.flatMap(names).map((name) => `'${placeOf(command)}|${name}'`);
    return `    ${patterns.join(' | ')}) ${words}; return ;;`;
  });
}

function wordsOf(kind: ValueKind, choices: readonly string[]): string {
  return choices.length === 0 ? WORDS[kind] : `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur"))`;
}

function wordCase(command: CommandFacts): string {
  const options = command.options.flatMap(names).join(' ');
  const commands = command.commands.map(({ path }) => path.at(-1)).join(' ');
  return `    '${placeOf(command)}') if [[ $cur == -* ]]; then words='${options}'; else words='${commands}'; fi ;;`;
}

function argumentCase(command: CommandFacts): string[] {
  const words = command.args.map(({ name, choices }) => wordsOf(kindOf(name), choices));
  const some = words.find((each) => each !== WORDS.none);
  return some === undefined ? [] : [`    '${placeOf(command)}') ${some} ;;`];
}

function names({ short, long }: OptionFacts): string[] {
  return [short, long].filter((name) => name !== null);
}
