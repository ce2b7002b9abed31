// Runs eyrie.js again on the Node that the repository's optional dependencies bring.

import { spawn } from 'node:child_process';
import module from 'node:module';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const eyrie = fileURLToPath(new URL('eyrie.js', import.meta.url));

/** Ends this process as the newer one ends: with its exit status, or of its signal. */
export function startOnNewerNode(majorMin) {
  const node = bundledNode();
  if (node === null) {
    console.error(
      `eyrie: needs Node.js ${majorMin} or newer, this is ${process.versions.node}: ` +
        'install it from https://nodejs.org, or run "npm ci" in a checkout, which brings it along',
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, process.execArgv.concat(eyrie, process.argv.slice(2)), { stdio: 'inherit' });
  passSignals(child);
  child.on('error', (error) => {
    console.error(`eyrie: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Passes on what a supervisor sends to this process alone. A terminal sends Ctrl-C to both by itself. */
function passSignals(child) {
  const onTerminal = isatty(0) || isatty(1) || isatty(2);
  process.on('SIGINT', () => onTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  if (process.platform !== 'win32') process.on('SIGHUP', () => child.kill('SIGHUP'));
}

/** The path of the Node binary that npm installed for this platform, or null. */
function bundledNode() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  try {
    return module.createRequire(import.meta.url).resolve(`${name}/bin/${windows ? 'node.exe' : 'node'}`);
  } catch {
    return null;
  }
}
