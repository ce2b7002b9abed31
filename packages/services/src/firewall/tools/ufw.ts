// ufw (Ubuntu): one rule a command, identified by its comment. Rules are written as `ufw show added` prints them, so
// that existing and wanted rules can be compared.
import { BLOCK, type FirewallTool, MARK, type Plan, type Rule, type Step, sshRules } from '../rules.ts';

const OURS = new RegExp(` comment '(${MARK} [^']*)'$`);
/** Names by which a rule can open SSH: the service of /etc/services, the profile of openssh-server. */
const SSH_NAMES = ['ssh', 'OpenSSH'];

export const ufw: FirewallTool = {
  name: 'ufw',
  title: 'ufw',
  // Each address is a rule of its own and takes 0.2 s.
  blockedMax: 500,
  look: [{ argv: ['ufw', 'show', 'added'] }, { argv: ['ufw', 'status'] }],

  apply(wanted, [added = '', status = '']) {
    const present = linesOf(added);
    const theirs = present.filter((line) => !OURS.test(line));
    const notes: string[] = [];
    const isTheirs = (line: string) => theirs.some((other) => withoutComment(other) === withoutComment(line));
    const lines = wanted.rules.flatMap(allowLines).filter((line) => {
      if (isTheirs(line)) notes.push(`ufw has a rule of yours already: ${withoutComment(line)}`);
      return !isTheirs(line);
    });
    for (const rule of sshRules(wanted))
      if (!theirs.some((line) => letsIn(line, rule.port))) lines.push(...allowLines(rule));
    const denials = wanted.blocked
      .map((from) => `deny from ${from} comment '${MARK} ${BLOCK}'`)
      .filter((line) => !isTheirs(line));
    const all = new Set([...lines, ...denials]);
    if (!/^Status: active/m.test(status))
      notes.push(
        'ufw is not active: these rules hold from "ufw enable" on; Eyrie turns no firewall on or off',
      );
    return {
      notes,
      steps: [
        ...present.filter((line) => OURS.test(line) && !all.has(line)).map(deletion),
        ...[...lines, ...denials].filter((line) => !present.includes(line)).map(addition),
      ],
    };
  },

  remove([added = '']): Plan {
    return {
      notes: [],
      steps: linesOf(added)
        .filter((line) => OURS.test(line))
        .map(deletion),
    };
  },

  status: ([added = '']) => linesOf(added).filter((line) => OURS.test(line)),
};

function linesOf(added: string): string[] {
  return added
    .split('\n')
    .filter((line) => line.startsWith('ufw '))
    .map((line) => line.slice('ufw '.length).trim());
}

function allowLines({ service, protocol, port, from }: Rule): string[] {
  const comment = `comment '${MARK} ${service}'`;
  if (from.length === 0) return [`allow ${port}/${protocol} ${comment}`];
  return from.map((network) => `allow from ${network} to any port ${port} proto ${protocol} ${comment}`);
}

function withoutComment(line: string): string {
  return line.replace(/ comment '[^']*'$/, '');
}

function letsIn(line: string, port: number): boolean {
  if (!/^(allow|limit) /.test(line)) return false;
  const names = [String(port), `${port}/tcp`, ...(port === 22 ? SSH_NAMES : [])];
  return withoutComment(line)
    .split(' ')
    .some((word) => names.includes(word));
}

/** Denials are inserted first: the first matching rule decides. */
function addition(line: string): Step {
  const words = wordsOf(line);
  return { argv: ['ufw', ...(words[0] === 'deny' ? ['prepend'] : []), ...words] };
}

function deletion(line: string): Step {
  return { argv: ['ufw', 'delete', ...wordsOf(withoutComment(line))] };
}

function wordsOf(line: string): string[] {
  const comment = / comment '([^']*)'$/.exec(line);
  const words = withoutComment(line).split(' ');
  return comment === null ? words : [...words, 'comment', comment[1]!];
}
