// Completions in real shells, and man pages as groff sets them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe as suite, test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { program } from '../src/main.ts';
import { choicesOf, placesWithChoices } from '../src/tree/choices.ts';
import { completions } from '../src/tree/completions.ts';
import { allCommands, describe } from '../src/tree/describe.ts';
import { manPages } from '../src/tree/roff.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const tree = describe(program);
const folder = mkdtempSync(join(tmpdir(), 'eyrie-tree-'));
const env = { ...process.env, HOME: folder, EYRIE_HOME: join(folder, 'home') };

before(() => {
  for (const id of ['lab-7', 'lab-8']) mkdirSync(join(env.EYRIE_HOME, 'peers', id), { recursive: true });
  for (const [shell, script] of Object.entries(completions))
    writeFileSync(join(folder, `eyrie.${shell}`), script(tree));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(
  file: string,
  args: string[],
  input = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(file, args, { env, timeout: 180_000 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });
}

/** What was typed, and what is offered. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['eyrie me', ['menu', 'mesh']],
  ['eyrie mesh inv', ['invite']],
  ['eyrie firewall plan --to', ['--tool']],
  ['eyrie mesh start lab', ['lab-7', 'lab-8']],
  ['eyrie send hello --peer lab', ['lab-7', 'lab-8']],
  ['eyrie read x.pcap -e dns.qry.na', ['dns.qry.name', 'dns.qry.name.len']],
  ['eyrie read x.pcap -T j', ['json', 'jsonraw']],
  ['eyrie logs --format e', ['eve']],
  ['eyrie completion b', ['bash']],
  ['eyrie samples f', ['fetch']],
];

suite('completion', () => {
  test('bash', { skip: requireTool('bash') }, async () => {
    const lines = CASES.map(([typed]) => {
      const words = typed.split(' ').map((word) => `'${word}'`);
      return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; COMPREPLY=(); _eyrie; echo "\${COMPREPLY[*]}"`;
    });
    const start = `eyrie() { '${process.execPath}' '${eyrie}' "$@"; }; source '${folder}/eyrie.bash'`;
    const { stdout, stderr } = await run('bash', ['--norc', '-u', '-c', [start, ...lines].join('\n')]);
    assert.equal(stderr, '');
    assert.deepEqual(
      stdout.trimEnd().split('\n'),
      CASES.map(([, offered]) => offered.join(' ')),
    );
  });

  test('fish', { skip: requireTool('fish') }, async () => {
    const start = `function eyrie; '${process.execPath}' '${eyrie}' $argv; end; source '${folder}/eyrie.fish'`;
    for (const [typed, offered] of CASES) {
      const { stdout, stderr } = await run('fish', ['--no-config', '-c', `${start}; complete -C '${typed}'`]);
      assert.equal(stderr, '', typed);
      const names = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')[0]);
      assert.deepEqual(names.sort(), [...offered].sort(), typed);
    }
  });

  test('zsh', { skip: requireTool('zsh') }, async () => {
    // A terminal of its own; what is typed is completed by two tabs.
    const script = `
      zmodload zsh/zpty
      zpty -b z zsh -f -i
      zpty -w z 'PS1=; autoload -Uz compinit; compinit -u -D; source ${folder}/eyrie.zsh; print -r -- RE""ADY'
      text=; for i in {1..100}; do zpty -r -t z line && text+=$line; [[ $text == *READY* ]] && break; sleep 0.1; done
      zpty -w -n z $'eyrie mesh inv\\t'
      text=; for i in {1..100}; do zpty -r -t z line && text+=$line; [[ $text == *invite* ]] && break; sleep 0.1; done
      print -r -- "$text"
      zpty -d z`;
    const { stdout } = await run('zsh', ['-f', '-c', script]);
    assert.match(stdout, /eyrie mesh inv.*ite|invite/s);
    const { status, stderr } = await run('zsh', ['-n', join(folder, 'eyrie.zsh')]);
    assert.deepEqual([status, stderr], [0, '']);
  });

  test('an unknown shell is a usage error', async () => {
    const { status, stderr } = await run(process.execPath, [eyrie, 'completion', 'cmd']);
    assert.deepEqual([status, stderr], [2, 'eyrie: cmd: there are bash, zsh, fish\n']);
  });
});

test('what completions offer is what the command says that there is', async () => {
  const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
  await Promise.all(
    placesWithChoices.map(async (place) => {
      const words = place.split(' ');
      const name = words.pop()!;
      const file = ['read', 'logs'].includes(words[0]!) ? [sample] : [];
      const wrong = name.startsWith('-') ? [...file, name, 'wrong!'] : ['wrong!'];
      const { status, stderr } = await run(process.execPath, [eyrie, ...words, ...wrong]);
      assert.equal(status, 2, place);
      for (const choice of choicesOf(words, name))
        assert.ok(stderr.split(/[\s,]+/).includes(choice.split(',')[0]!), `${choice} in ${stderr}`);
    }),
  );
});

suite('man pages', () => {
  const pages = manPages(tree, '1.2.3');

  test('pass groff without warnings', { skip: requireTool('groff') }, async () => {
    const all = pages.map(({ text }) => text).join('');
    const { status, stderr } = await run('groff', ['-man', '-ww', '-Tutf8', '-K', 'utf8', '-rLL=200n'], all);
    assert.deepEqual([status, stderr], [0, '']);
  });

  test('contain the text of help', { skip: requireTool('groff') }, async () => {
    const { text } = pages.find(({ file }) => file === 'eyrie-firewall.1')!;
    const { stdout } = await run('groff', ['-man', '-Tascii', '-P-cbou', '-rLL=200n'], text);
    for (const part of [
      'EYRIE-FIREWALL(1)',
      '--tool <name>',
      'eyrie firewall plan',
      'firewall block-list',
      'EXIT STATUS',
    ])
      assert.ok(stdout.includes(part), part);
  });
});

test('help is at most 100 columns wide, and a command one line of its group', () => {
  for (const { path, after, text } of allCommands(tree)) {
    for (const line of after.split('\n')) assert.ok(line.length <= 100, line);
    if (path.length === 1) assert.ok(text.length <= 65, text);
  }
});

test('every command has a description and an example in its help', () => {
  for (const { path, text, after } of allCommands(tree)) {
    if (path.length === 0) continue;
    assert.ok(text.length > 5, path.join(' '));
    assert.match(after, /Examples?:\n {2}\S/, path.join(' '));
  }
});

/** Words as a shell would split them, without the quotes. */
const wordsIn = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  );

/** The calls of eyrie in the examples of help, each as its words; columns of remarks begin after two spaces. */
function examplesIn(after: string): string[][] {
  const lines = after.split('\n').flatMap((line) => /^ {2}(\S.*?)(?: {2,}.*)?$/.exec(line)?.[1] ?? []);
  return lines
    .flatMap((line) => line.split(/ (?:&&|\|) /))
    .map(wordsIn)
    .map((words) => words.slice(words[0] === 'sudo' ? 1 : 0))
    .filter(([first]) => first === 'eyrie')
    .map((words) => words.slice(1));
}

test('examples in help name commands, options and values that there are', () => {
  const commands = new Map(allCommands(tree).map((each) => [each.path.join(' '), each]));
  let count = 0;
  for (const { after } of commands.values())
    for (const words of examplesIn(after)) {
      const depth = [3, 2, 1].find((each) => commands.has(words.slice(0, each).join(' ')));
      const line = words.join(' ');
      if (/^(COMMAND )?--help/.test(line)) continue;
      assert.ok(depth !== undefined, line);
      const own = [1, 2, 3].slice(0, depth).map((each) => commands.get(words.slice(0, each).join(' '))!);
      const options = own.flatMap((each) => each.options);
      const end = words.indexOf('--');
      for (const [i, word] of words.slice(depth, end < 0 ? undefined : end).entries()) {
        if (!/^--?[a-zA-Z]/.test(word)) continue;
        const option = options.find(({ short, long }) => [short, long].includes(word));
        assert.ok(option, `${word} in: eyrie ${line}`);
        const value = words[depth + i + 1]!;
        const isKnown = option.choices.some((choice) => value === choice || value.startsWith(`${choice},`));
        if (option.choices.length > 0) assert.ok(isKnown, `${value} in: eyrie ${line}`);
      }
      count++;
    }
  assert.ok(count > 100, `${count} examples`);
});
