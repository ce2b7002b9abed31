// A simulated shell: parses command lines as a minimal sh, and answers from simulated files. It executes and fetches
// nothing.

import type { Visit } from '../visit.ts';
import { type Context, commandNamed } from './commands.ts';
import { Files, resolvePath } from './files.ts';

/** Commands in one line, and bytes that one may print. */
const COMMANDS_MAX = 50;
const OUTPUT_BYTES_MAX = 200_000;
/** Bytes piped between commands: each may multiply its input, and fifty in a row would exhaust memory. */
const PIPE_BYTES_MAX = 1_000_000;

interface Step {
  readonly words: string[];
  /** The operator before it: `;`, `&&`, `||` or `|`. */
  readonly joint: string;
  readonly into: { readonly path: string; readonly isAppended: boolean } | null;
}

export class Shell {
  readonly user: string;
  readonly files: Files;
  readonly #visit: Visit;
  readonly #context: Context;

  constructor(visit: Visit, user: string) {
    this.#visit = visit;
    this.user = user;
    this.files = new Files(visit.persona, (bytes) => visit.hold(bytes));
    const home = user === 'root' ? '/root' : `/home/${user}`;
    if (user !== 'root') this.files.makeFolder(home);
    this.#context = { visit, user, home, files: this.files, cwd: home, history: [], hasLeft: false };
  }

  get hasLeft(): boolean {
    return this.#context.hasLeft;
  }

  get prompt(): string {
    const { cwd, home } = this.#context;
    const place = cwd === home ? '~' : cwd;
    return `${this.user}@${this.#visit.persona.hostname}:${place}${this.user === 'root' ? '#' : '$'} `;
  }

  /** Runs a line; returns the terminal output, with line feeds only. */
  run(line: string): string {
    const text = line.trim();
    if (text === '') return '';
    this.#visit.report({ type: 'command', command: text.slice(0, 4000) });
    this.#context.history.push(text);
    let output = '';
    let status = 0;
    let piped = '';
    const steps = parse(text);
    for (const [i, step] of steps.entries()) {
      const isSkipped = (step.joint === '&&' && status !== 0) || (step.joint === '||' && status === 0);
      if (isSkipped || this.#context.hasLeft) continue;
      const result = this.#call(step, step.joint === '|' ? piped : '');
      status = result.status;
      piped = '';
      if (step.into !== null) this.#redirect(step.into, result.output);
      else if (steps[i + 1]?.joint === '|') piped = result.output.slice(0, PIPE_BYTES_MAX);
      else output += result.output;
      output += result.errors;
      if (output.length > OUTPUT_BYTES_MAX) return output.slice(0, OUTPUT_BYTES_MAX);
    }
    return output;
  }

  /** Keeps the visitor's files by their hash; call at the end. */
  keepFiles(): void {
    for (const [path, text] of this.files.written) this.#visit.keep(Buffer.from(text, 'latin1'), path);
    this.files.written.clear();
  }

  #call({ words }: Step, input: string): { output: string; errors: string; status: number } {
    const [name = '', ...args] = words;
    const plain = name.replace(/^.*\//, '');
    const command = commandNamed(plain);
    if (command !== undefined) {
      const result = command(this.#context, args, input);
      return typeof result === 'string'
        ? { output: result, errors: '', status: 0 }
        : { output: '', errors: '', ...result };
    }
    if (
      name.includes('/') &&
      this.files.read(resolvePath(this.#context.cwd, name, this.#context.home)) !== null
    ) {
      // A program that the visitor uploaded: pretend that it ran.
      return { output: '', errors: '', status: 0 };
    }
    return { output: '', errors: `-bash: ${name.slice(0, 200)}: command not found\n`, status: 127 };
  }

  #redirect({ path, isAppended }: { path: string; isAppended: boolean }, text: string): void {
    if (path === '/dev/null') return;
    const full = resolvePath(this.#context.cwd, path, this.#context.home);
    const before = isAppended ? (this.files.read(full) ?? '') : '';
    this.files.write(full, before + text);
  }
}

/** Parses quotes, `;`, `&&`, `||`, `|`, `&`, `>`, `>>`, `2>`. Variables, substitutions and loops stay literal. */
export function parse(line: string): Step[] {
  const steps: Step[] = [];
  let words: string[] = [];
  let joint = ';';
  let into: Step['into'] = null;
  const tokens =
    line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\\.|2>&1|2>>?|>>?|&&|\|\||[;|&\n]|\s+|[^\s"'\\;|&>\n]+/g) ?? [];
  let word: string | null = null;
  let redirect: '>' | '>>' | 'away' | null = null;
  const endWord = () => {
    if (word === null) return;
    if (redirect === null) words.push(word);
    else if (redirect !== 'away') into = { path: word, isAppended: redirect === '>>' };
    redirect = null;
    word = null;
  };
  const endStep = (next: string) => {
    endWord();
    if (words.length > 0 && steps.length < COMMANDS_MAX) steps.push({ words, joint, into });
    words = [];
    into = null;
    joint = next;
  };
  for (const token of tokens) {
    if (/^\s+$/.test(token) && token !== '\n') endWord();
    else if (token === '2>&1') endWord();
    else if (/^2>/.test(token)) {
      endWord();
      redirect = 'away';
    } else if (token === '>' || token === '>>') {
      endWord();
      redirect = token;
    } else if (/^(;|&&|\|\||\||&|\n)$/.test(token)) endStep(token === '&' || token === '\n' ? ';' : token);
    else word = (word ?? '') + unquote(token);
  }
  endStep(';');
  return steps;
}

function unquote(token: string): string {
  if (token.startsWith("'")) return token.slice(1, -1);
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  return token.startsWith('\\') ? token.slice(1) : token;
}
