// The entries of the menu. Each asks for its parameters and returns a command, which is then shown and run:
// so the menu teaches the commands.
import type { Questions } from './questions.ts';

export interface LocalPeer {
  id: string;
  state: string;
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
const always = () => true;
const whereRuns = (peers: readonly LocalPeer[]) => running(peers).length > 0;

/** Which running peer to use: asked only if there are several. */
async function by(questions: Questions, peers: readonly LocalPeer[]): Promise<string[]> {
  const all = running(peers);
  return all.length === 1 ? [] : ['--peer', await questions.choose('As which peer?', all)];
}

/** The arguments of a command. Input that begins with a dash goes behind `--`, so that it is no option. */
function spoken(command: string[], typed: string[], options: string[] = []): string[] {
  if (!typed.some((word) => word.startsWith('-'))) return [...command, ...typed, ...options];
  return [...command, ...options, '--', ...typed];
}

export const entries: readonly Entry[] = [
  {
    label: 'Who is here',
    hint: 'members of the mesh, and who of them is alive',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'members', ...(await by(questions, peers))],
  },
  {
    label: 'Ask the mesh',
    hint: 'the best peers for something, or figures of all',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(['query'], [await questions.text('What?', '3 peers order by cpu.free')], as);
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
    hint: 'those not read yet',
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
    hint: 'it says good-bye to the others',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'stop', await questions.choose('Which?', running(peers))],
  },
  {
    label: 'Create another peer',
    hint: 'on this machine, where the authority runs',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(['mesh', 'create'], [await questions.text('Its name')], as);
    },
  },
  {
    label: 'Invite',
    hint: 'one line by which a peer elsewhere can join',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'invite', ...(await by(questions, peers))],
  },
  {
    label: 'Who waits',
    hint: 'peers that asked to be let in',
    isFor: whereRuns,
    ask: async (questions, peers) => ['mesh', 'pending', ...(await by(questions, peers))],
  },
  {
    label: 'Approve',
    hint: 'let one in that waits',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(['mesh', 'approve'], [await questions.peer('Which peer?', 'pending', as[1])], as);
    },
  },
  {
    label: 'Revoke',
    hint: 'out at once, for all',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      const id = await questions.peer('Which peer?', 'others', as[1]);
      const reason = await questions.text('Why?');
      return (await questions.confirm(`Revoke ${id} for good?`))
        ? spoken(['mesh', 'revoke'], [id], ['--reason', reason, ...as])
        : null;
    },
  },
  {
    label: 'Share a file',
    hint: 'read-only, to all peers or to some',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(['share'], [await questions.text('Which file?')], as);
    },
  },
  {
    label: 'Get a file',
    hint: 'that a peer shares',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      return spoken(
        ['get'],
        [await questions.text('Which? (peer/name; a peer alone lists what it has)')],
        as,
      );
    },
  },
  {
    label: 'Encrypt a file',
    hint: 'for a peer',
    isFor: whereRuns,
    ask: async (questions, peers) => {
      const as = await by(questions, peers);
      const file = await questions.text('Which file?');
      const to = await questions.peer('For which peer?', 'members', as[1]);
      return spoken(['encrypt'], [file], ['--to', to, '-o', `${file}.eyrie`, ...as]);
    },
  },
  {
    label: 'Decrypt a file',
    hint: 'that was encrypted for a peer here',
    isFor: whereRuns,
    ask: async (questions) => {
      const file = await questions.text('Which file?');
      const to = await questions.text('Where to?', file.replace(/\.eyrie$/, ''));
      return spoken(['decrypt'], [file], ['-o', to]);
    },
  },
  {
    label: 'Found a mesh',
    hint: 'this machine holds its authority',
    isFor: always,
    ask: async (questions) => spoken(['mesh', 'init'], [await questions.text('What is it called?', 'home')]),
  },
  {
    label: 'Join a mesh',
    hint: 'by an invitation',
    isFor: always,
    ask: async (questions) => {
      const line = await questions.text('The line of the invitation');
      return spoken(['mesh', 'join'], [line], ['--name', await questions.text('The name of this peer')]);
    },
  },
  {
    label: 'Broadcast on the LAN',
    hint: 'to all nodes, also without a link',
    isFor: (peers) => peers.length > 0,
    ask: async (questions, peers) => {
      const all = peers.map((peer) => peer.id);
      const as = all.length === 1 ? [] : ['--peer', await questions.choose('As which peer?', all)];
      return spoken(['master'], [await questions.text('Message', 'Hello, Nodes!')], as);
    },
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
    ask: async (questions) => ['capture', '-i', await questions.text('Which interface?', 'any')],
  },
  {
    label: 'Dashboard',
    hint: 'everything on this machine and the page, until Ctrl-C',
    isFor: always,
    ask: async (questions) =>
      spoken(['up'], words(await questions.text('Which capture file? (none: live)', '', true))),
  },
];

function words(text: string): string[] {
  return text === '' ? [] : [text];
}
