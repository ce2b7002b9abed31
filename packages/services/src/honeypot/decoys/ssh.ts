// SSH decoy: the protocol is a library's, log-in and shell are simulated. SFTP uploads are kept by their hash.
import ssh2 from 'ssh2';
import { isLetIn, TRIES_MAX } from '../shell/gate.ts';
import { Shell } from '../shell/shell.ts';
import type { Visit } from '../visit.ts';
import type { Decoy } from './decoy.ts';
import { tapHassh } from './hassh.ts';
import { type GivenBytes, serveSftp } from './sftp.ts';

const { Server } = ssh2;
const LINE_BYTES_MAX = 4096;
/** Memory of the library for one connection, keys and buffers (measured). */
const HELD_BYTES = 48 * 2 ** 10;
/** Successive sessions in one connection: each has files and output of its own. */
const SESSIONS_MAX = 100;

export const ssh: Decoy = {
  name: 'ssh',
  port: 22,
  recognises: (first) => first.toString('latin1', 0, 4) === 'SSH-',
  serve: (visit) =>
    new Promise((done) => {
      const server = new Server(
        { hostKeys: [visit.persona.hostKey], ident: visit.persona.versions.ssh },
        (client) => converse(visit, client),
      );
      const socket = visit.handOver(HELD_BYTES);
      socket.once('close', done);
      tapHassh(socket, (fingerprint, agent) => visit.report({ type: 'fingerprint', fingerprint, agent }));
      server.injectSocket(socket as never);
    }),
};

function converse(visit: Visit, client: ssh2.Connection): void {
  let tries = 0;
  let user = '';
  // A protocol error ends the visit; the record so far is kept.
  client.on('error', () => visit.end());
  client.on('authentication', (attempt) => {
    user = attempt.username;
    if (attempt.method !== 'password') return attempt.reject(['password']);
    const isSuccess = isLetIn(visit.persona, user, attempt.password, tries++);
    visit.report({ type: 'login', user, password: attempt.password, isSuccess });
    if (isSuccess) attempt.accept();
    else if (tries >= TRIES_MAX) client.end();
    else attempt.reject(['password']);
  });
  let sessions = 0;
  const given: GivenBytes = { bytes: 0 };
  client.on('ready', () =>
    client.on('session', (accept, reject) => {
      if (sessions++ < SESSIONS_MAX) serveSession(visit, accept(), user, given);
      else reject();
    }),
  );
  // Many visitors want tunnels; none is opened.
  client.on('tcpip', (_accept, reject, info) => {
    visit.report({ type: 'download', url: `tcp://${info.destIP}:${info.destPort}` });
    reject();
  });
  client.on('request', (_accept, reject) => reject?.());
}

function serveSession(visit: Visit, session: ssh2.Session, user: string, given: GivenBytes): void {
  const shell = new Shell(visit, user);
  session.on('pty', (accept) => accept?.());
  session.on('env', (accept) => accept?.());
  session.on('window-change', (accept) => accept?.());
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    visit.recordPlain('i', Buffer.from(`${command}\n`));
    const output = shell.run(command);
    visit.recordPlain('o', Buffer.from(output));
    channel.write(output);
    channel.exit(0);
    shell.keepFiles();
    channel.end();
    visit.isRead(channel);
  });
  session.on('shell', (accept) => serveShell(visit, shell, accept()));
  session.on('sftp', (accept) => serveSftp(visit, accept(), shell.files, given));
  session.on('close', () => shell.keepFiles());
}

function serveShell(visit: Visit, shell: Shell, channel: ssh2.ServerChannel): void {
  const print = (text: string) => {
    if (!visit.isRead(channel)) return;
    const bytes = Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
    visit.recordPlain('o', bytes);
    channel.write(bytes);
  };
  print(`Linux ${visit.persona.hostname} ${visit.persona.kernel} x86_64\n\n${shell.prompt}`);
  let line = '';
  const enter = () => {
    print('\n');
    print(shell.run(line));
    line = '';
    if (!shell.hasLeft) return print(shell.prompt);
    channel.exit(0);
    channel.end();
  };
  channel.on('data', (bytes: Buffer) => {
    visit.recordPlain('i', bytes);
    for (const byte of bytes) {
      if (shell.hasLeft) return;
      if (byte === 13 || byte === 10) enter();
      else if (byte === 4 && line === '') {
        line = 'exit';
        enter();
      } else if (byte === 3) {
        line = '';
        print(`^C\n${shell.prompt}`);
      } else if (byte === 127 || byte === 8) {
        if (line !== '') print('\b \b');
        line = line.slice(0, -1);
      } else if (byte >= 32 && line.length < LINE_BYTES_MAX) {
        line += String.fromCharCode(byte);
        print(String.fromCharCode(byte));
      }
    }
  });
}
