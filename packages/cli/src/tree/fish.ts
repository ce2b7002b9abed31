// Completion for fish: a line for each command, option and value, each with the condition under which it is offered.
import { allCommands, type CommandFacts, kindOf, type OptionFacts, type ValueKind } from './describe.ts';

const HEAD = `# Completion of eyrie for fish. Made by: eyrie completion fish
# To have it always: eyrie completion fish > ~/.config/fish/completions/eyrie.fish

function __eyrie_path
    set -l path
    for word in (commandline -opc)[2..]
        contains -- (string join -- ' ' $path $word) $__eyrie_paths; and set -a path $word
    end
    string join -- ' ' $path
end
function __eyrie_at
    set -l path (__eyrie_path)
    test "$path" = "$argv"
end
function __eyrie_peers
    set -l home $EYRIE_HOME
    test -n "$home"; or set home (test -n "$XDG_DATA_HOME"; and echo $XDG_DATA_HOME; or echo ~/.local/share)/eyrie
    command ls $home/peers 2>/dev/null
end
function __eyrie_interfaces
    command ls /sys/class/net 2>/dev/null; or ifconfig -l 2>/dev/null | string split ' '
end
function __eyrie_fields
    eyrie fields (commandline -ct) 2>/dev/null | string replace -r '  +\\S+ +' \\t
end
`;

const VALUES: Readonly<Record<ValueKind, string>> = {
  file: '-r -F',
  folder: `-x -a '(__fish_complete_directories)'`,
  peer: `-x -a '(__eyrie_peers)'`,
  interface: `-x -a '(__eyrie_interfaces)'`,
  field: `-x -a '(__eyrie_fields)'`,
  none: '-x',
};

export function fishCompletion(tree: CommandFacts): string {
  const all = allCommands(tree);
  const paths = all.slice(1).map(({ path }) => quoted(path.join(' ')));
  return [
    HEAD,
    `set -g __eyrie_paths ${paths.join(' ')}`,
    'complete -c eyrie -f',
    ...all.flatMap(linesOf),
    '',
  ].join('\n');
}

function linesOf(command: CommandFacts): string[] {
  const here = `complete -c eyrie -n ${quoted(`__eyrie_at ${command.path.join(' ')}`.trim())}`;
  const commands = command.commands.map(({ path, text }) => `${here} -a ${path.at(-1)} -d ${quoted(text)}`);
  const options = command.options.map((option) => `${here} ${flags(option)} -d ${quoted(option.text)}`);
  const offered = command.args.map(({ name, choices }) => valuesOf(kindOf(name), choices));
  const some = offered.find((each) => each !== VALUES.none);
  const values = some === undefined ? [] : [`${here} ${some.replace('-r ', '').replace('-x', '-f')}`];
  return [...commands, ...options, ...values];
}

function valuesOf(kind: ValueKind, choices: readonly string[]): string {
  return choices.length === 0 ? VALUES[kind] : `-x -a ${quoted(choices.join(' '))}`;
}

function flags({ short, long, value, choices }: OptionFacts): string {
  const parts = [
    ...(short === null ? [] : [`-s ${short.slice(1)}`]),
    ...(long === null ? [] : [`-l ${long.slice(2)}`]),
    ...(value === null ? [] : [valuesOf(kindOf(value, long), choices)]),
  ];
  return parts.join(' ');
}

/** Within '…', fish reads only \\\\ and \\'. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
