// The entries of the menu. Each asks for its parameters and returns a command, which is then shown and run:
// so the menu teaches the commands.
import type { Questions } from './questions.ts';

export interface LocalPeer {
  id: string;
  state: string;
  /** The name of its mesh; null while it waits for approval. */
  mesh: string | null;
  /** It holds the authority of its mesh. */
  isAuthority: boolean;
}

export interface Entry {
  label: string;
  hint: string;
  /** Whether it is available now. */
  isFor: (peers: readonly LocalPeer[]) => boolean;
  /** The arguments of `eyrie`; null if cancelled. */
  ask: (questions: Questions, peers: readonly LocalPeer[]) => Promise<string[] | null>;
}

const running = (peers: readonly LocalPeer[]) =>
  peers.filter((peer) => peer.state === 'runs').map((peer) => peer.id);
const stopped = (peers: readonly LocalPeer[]) =>
  peers.filter((peer) => peer.state === 'stopped').map((peer) => peer.id);
/** Members that do not hold the authority. */
const leavers = (peers: readonly LocalPeer[]) =>
  peers.filter((peer) => peer.mesh !== null && !peer.isAuthority).map((peer) => peer.id);
const always = () => true;
const whereRuns = (peers: readonly LocalPeer[]) => running(peers).length > 0;

const whereDecides = (peers: readonly LocalPeer[]) => authorities(peers).length > 0;

/** The running peers that hold an authority. */
function authorities(peers: readonly LocalPeer[]): string[] {
  return running(peers.filter(({ isAuthority }) => isAuthority));
}

/** Which running peer to use: asked only if there are several. */
async function by(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  return among(questions, running(peers));
}

/** Which peer, running or not: asked only if there are several. Without one, messages are plain. */
async function onLan(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  if (peers.length === 0) return ['--plain'];
  return among(
    questions,
    peers.map(({ id }) => id),
  );
}

/** Any peer of a mesh answers alike: asked only if several meshes run here. */
async function byAny(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  const meshes = new Set(peers.filter(({ state }) => state === 'runs').map(({ mesh }) => mesh));
  return meshes.size === 1 ? [] : by(questions, peers);
}

/** What only an authority does: asked only if several run here. It is named beside others, as the command would need. */
async function byAuthority(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  const [only, ...others] = authorities(peers);
  if (only === undefined || others.length > 0) return among(questions, authorities(peers));
  return peers.length === 1 ? [] : ['--peer', only];
}

async function among(questions: Questions, ids: readonly string[]): Promise<string[]> {
  return ids.length === 1 ? [] : ['--peer', await questions.choose('As which peer?', ids)];
}

/** The arguments of a command. Input that begins with a dash goes behind `--`, so that it is no option. */
function spoken(command: string[], typed: string[], options: string[] = []): string[] {
  if (!typed.some((word) => word.startsWith('-'))) return [...command, ...typed, ...options];
  return [...command, ...options, '--', ...typed];
}

/** To whom a file is offered. */
const ALL = 'all peers';
const ONE = 'one peer';

/** What is encrypted or decrypted, and who can decrypt it. */
const TEXT = 'a text';
const FILE = 'a file';
const PASSPHRASE = 'anyone who knows a passphrase';

async function recipient(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  if (!whereRuns(peers) || (await questions.choose('For whom?', [ONE, PASSPHRASE])) === PASSPHRASE) return [];
  const as = await by(questions, peers);
  return ['--to', await questions.peer('For which peer?', 'members', as[1]), ...as];
}

export const entries: readonly Entry[] = [
  {
    label: 'List the members',
    hint: 'of the mesh, and which of them are alive',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'members', ...(await byAny(questions, peers))],
  },
  {
    label: 'Query the mesh',
    hint: 'the best peers for something, or aggregates of all',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await byAny(questions, peers);
      return spoken(['query'], [await questions.text('Query', '3 peers order by cpu.free')], as);
    },
  },
  {
    label: 'Send a message',
    hint: 'only the receiver can read it',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      const to = await questions.peer('To which peer?', 'others', as[1]);
      return spoken(['send'], [to, await questions.text('Message')], as);
    },
  },
  {
    label: 'Read messages',
    hint: 'unread ones',
    isFor: whereRuns,
    ask: async (questions, peers) => ['inbox', ...(await by(questions, peers))],
  },
  {
    label: 'Broadcast',
    hint: 'a message to all peers',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(['broadcast'], [await questions.text('Message')], as);
    },
  },
  {
    label: 'Start a peer',
    hint: 'in the background',
    isFor: (peers) => stopped(peers).length > 0,
    ask: async (questions, peers) => ['mesh', 'start', await questions.choose('Which?', stopped(peers))],
  },
  {
    label: 'Stop a peer',
    hint: 'the others learn it at once; it stays a member',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'stop', await questions.choose('Which?', running(peers))],
  },
  {
    label: 'Leave the mesh',
    hint: 'for good: the key of a peer here is revoked, its name is free',
    isFor: (peers) => leavers(peers).length > 0,
    ask: async (questions, peers) => {
      const all = leavers(peers);
      const id = all.length === 1 ? all[0]! : await questions.choose('Which?', all);
      return (await questions.confirm(`Should ${id} leave for good?`)) ? ['mesh', 'leave', id] : null;
    },
  },
  {
    label: 'Create another peer',
    hint: 'on this machine, where the authority runs',
    isFor: whereDecides,
    ask: async (questions, peers) => {
      const as = await byAuthority(questions, peers);
      return spoken(['mesh', 'create'], [await questions.text('Its name')], as);
    },
  },
  {
    label: 'Invite',
    hint: 'one line by which a peer elsewhere can join',
    isFor: whereDecides,
    ask: async (questions, peers) => ['mesh', 'invite', ...(await byAuthority(questions, peers))],
  },
  {
    label: 'List the pending',
    hint: 'peers that wait for approval',
    isFor: whereDecides,
    ask: async (questions, peers) => ['mesh', 'pending', ...(await byAuthority(questions, peers))],
  },
  {
    label: 'Approve',
    hint: 'a peer that waits',
    isFor: whereDecides,
    ask: async (questions, peers) => {
      const as = await byAuthority(questions, peers);
      const id = await questions.peer('Which peer?', 'pending', as[1]);
      return id === '' ? ['mesh', 'pending', ...as] : spoken(['mesh', 'approve'], [id], as);
    },
  },
  {
    label: 'Revoke',
    hint: 'remove a member: all peers close their links with it',
    isFor: whereDecides,
    ask: async (questions, peers) => {
      const as = await byAuthority(questions, peers);
      const id = await questions.peer('Which peer?', 'others', as[1]);
      const reason = await questions.text('Why?');
      return (await questions.confirm(`Revoke ${id} for good?`))
        ? spoken(['mesh', 'revoke'], [id], ['--reason', reason, ...as])
        : null;
    },
  },
  {
    label: 'Share a file',
    hint: 'read-only, to all peers or to one',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      const file = await questions.text('Which file?');
      const isForAll = (await questions.choose('For whom?', [ALL, ONE])) === ALL;
      const to = isForAll ? [] : ['--to', await questions.peer('For which peer?', 'others', as[1])];
      return spoken(['share'], [file], [...to, ...as]);
    },
  },
  {
    label: 'Get a file',
    hint: 'that a peer shares',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      const from = await questions.peer('From which peer?', 'others', as[1]);
      const name = await questions.offer('Which file?', from, as[1]);
      if (name === '') return spoken(['get'], [from], as);
      const to = await questions.text('Where to?', name);
      return spoken(['get'], [`${from}/${name}`], [...(to === name ? [] : ['-o', to]), ...as]);
    },
  },
  {
    label: 'Create a mesh',
    hint: 'with a first peer, which holds the authority',
    isFor: always,
    ask: async (questions) => spoken(['mesh', 'init'], [await questions.text('Its name', 'home')]),
  },
  {
    label: 'Join a mesh',
    hint: 'with an invitation',
    isFor: always,
    ask: async (questions) => {
      const line = await questions.text('The invitation: the line that eyrie mesh invite printed');
      return spoken(['mesh', 'join'], [line], ['--name', await questions.text('The name of this peer')]);
    },
  },
  {
    label: 'Encrypt',
    hint: 'a text or a file, for a peer or with a passphrase',
    isFor: always,
    ask: async (questions, peers) => {
      if ((await questions.choose('What?', [TEXT, FILE])) === TEXT) {
        const text = await questions.text('Text');
        return ['encrypt', '--text', text, ...(await recipient(questions, peers))];
      }
      const file = await questions.text('Which file?');
      return spoken(['encrypt'], [file], ['-o', `${file}.eyrie`, ...(await recipient(questions, peers))]);
    },
  },
  {
    label: 'Decrypt',
    hint: 'what was encrypted for a peer here, or with a passphrase',
    isFor: always,
    ask: async (questions) => {
      if ((await questions.choose('What?', [TEXT, FILE])) === TEXT)
        return ['decrypt', '--text', await questions.text('The encrypted text')];
      const file = await questions.text('Which file?');
      const to = await questions.text('Where to?', file.replace(/\.eyrie$/, ''));
      return spoken(['decrypt'], [file], ['-o', to]);
    },
  },
  {
    label: 'Broadcast on the LAN',
    hint: 'to all nodes, also without a link',
    isFor: always,
    ask: async (questions, peers) => {
      const as = await onLan(questions, peers);
      return spoken(['master'], [await questions.text('Message', 'Hello, Nodes!')], as);
    },
  },
  {
    label: 'Listen on the LAN',
    hint: 'for broadcasts, as a node, until Ctrl-C',
    isFor: always,
    ask: async (questions, peers) => ['node', ...(await onLan(questions, peers))],
  },
  {
    label: 'Look at a capture',
    hint: 'on one page; without a file, the bundled one',
    isFor: always,
    ask: async (questions) => spoken(['start'], words(await questions.text('Which file?', '', true))),
  },
  {
    label: 'Capture',
    hint: 'packets of an interface to a file, until Ctrl-C',
    isFor: always,
    ask: async (questions) => {
      const from = await questions.text('Which interface?', 'any');
      return ['read', '-i', from, '-w', await questions.text('Which file?', 'capture.pcapng')];
    },
  },
  {
    label: 'Honeypot',
    hint: 'what visitors try, as they do it, until Ctrl-C',
    isFor: always,
    ask: async (questions) => ['honeypot', '--port', await questions.text('Which port?', '9999')],
  },
  {
    label: 'Firewall',
    hint: 'the commands that open the ports in use; changes nothing',
    isFor: always,
    ask: async () => ['firewall', 'plan'],
  },
  {
    label: 'Dashboard',
    hint: 'everything on this machine and the page, until Ctrl-C',
    isFor: always,
    ask: async (questions) =>
      spoken(['up'], words(await questions.text('Which capture file? (none: live)', '', true))),
  },
];

/** No argument if nothing was typed. */
function words(text: string): string[] {
  return text === '' ? [] : [text];
}
