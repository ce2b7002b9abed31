// rsync daemon protocol (csprotocol.txt of rsync): greetings, module query, then data.
import { ascii, spells } from '../../core/bytes.ts';
import { bytes, text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const PORT = 873;
const MAGIC = '@RSYNCD:';
const EXIT = '@RSYNCD: EXIT';
const LIST = '#list';

const f = {
  magic: text('rsync.hdr_magic', 'Magic Header'),
  version: text('rsync.hdr_version', 'Header Version'),
  query: text('rsync.query', 'Client Query String'),
  motd: text('rsync.motd', 'Server MOTD String'),
  modules: text('rsync.module_list', 'Server Module List'),
  response: text('rsync.response', 'RSYNCD Response String'),
  command: text('rsync.command', 'Client Command String'),
  data: bytes('rsync.data', 'rsync data'),
};

type What = 'version' | 'query' | 'motd' | 'modules' | 'lastModules' | 'response' | 'command' | 'data';

/** Next expected message of each side. */
interface Conversation {
  client: What;
  server: What;
}

const make = (): Conversation => ({ client: 'version', server: 'version' });

const FIELDS = {
  query: f.query,
  motd: f.motd,
  modules: f.modules,
  lastModules: f.modules,
  response: f.response,
  command: f.command,
  data: f.data,
} as const;

const WORDS: Readonly<Record<Exclude<What, 'version'>, string>> = {
  query: 'Client Query',
  motd: 'Server MOTD',
  modules: 'Module list',
  lastModules: 'Final module list',
  response: 'Authentication',
  command: 'Client Command',
  data: 'Data',
};

/** Kind of a server message, and of its next one. */
function readServer(p: Packet, conversation: Conversation): What {
  const { buf: b, at, end } = p;
  const told = conversation.server;
  if (told === 'version') conversation.server = 'motd';
  if (told !== 'modules') return told;
  if (spells(b, at, end, '@RSYNCD: AUTHREQD')) {
    conversation.server = 'data';
    return 'response';
  }
  // Followed by a line feed.
  const exitAt = end - EXIT.length - 1;
  if (exitAt < at || !spells(b, exitAt, end, EXIT)) return 'modules';
  conversation.server = 'data';
  return 'lastModules';
}

function readClient(p: Packet, conversation: Conversation): What {
  const told = conversation.client;
  if (told === 'version') conversation.client = 'query';
  if (told !== 'query') return told;
  conversation.client = 'command';
  const isList = p.end - p.at === LIST.length && spells(p.buf, p.at, p.end, LIST);
  conversation.server = isList ? 'modules' : 'data';
  return told;
}

const isServer = (p: Packet): boolean => p.srcPort === PORT;

export const rsync = protocol({
  name: 'rsync',
  title: 'RSYNC File Synchroniser',
  column: 'RSYNC',
  fields: f,
  on: [[tcpPorts, PORT]],
  step(p) {
    const conversation = p.session.stateOf(p, 'rsync', make);
    p.notes[p.count - 1] = isServer(p) ? readServer(p, conversation) : readClient(p, conversation);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    const told = p.notes[layer] as What;
    if (told !== 'version') out.add(FIELDS[told], start, length);
    else if (length > MAGIC.length) {
      out.add(f.magic, start, MAGIC.length);
      out.add(f.version, start + MAGIC.length + 1, length - MAGIC.length - 1);
    }
  },
  info(p, layer) {
    const told = p.notes[layer] as What;
    if (told !== 'version') return WORDS[told];
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    const version = ascii(b, Math.min(end, p.start[layer]! + MAGIC.length + 1), end).replace(/\n$/, '');
    return `${isServer(p) ? 'Server' : 'Client'} Initialisation (Version ${version})`;
  },
});
