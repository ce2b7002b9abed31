// BSD remote login and shell (RFC 1282 rlogin, rsh, rexec): zero-terminated strings, then a byte stream.
import { ascii, u16 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { printable } from '../../core/printable.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { isToServer } from './lines.ts';

/** Characters of data shown in a column. */
const SHOWN_MAX = 128;

interface Login {
  /** Packets with data so far from the client. */
  requests: number;
  user: string;
}

const rloginFields = {
  userInfo: text('rlogin.user_info', 'User Info'),
  data: text('rlogin.data', 'Data'),
  rows: uint('rlogin.window_size.rows', 'Rows'),
  columns: uint('rlogin.window_size.cols', 'Columns'),
};

/** RFC 1282: a window change is two bytes of ones, "ss" and four numbers. */
function isWindowSize(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= 12 && u16(b, at) === 0xffff && u16(b, at + 2) === 0x7373;
}

const HANDSHAKE = 1;
const USER = 2;
const STARTUP = 3;
const WINDOW = 4;

export const rlogin = protocol({
  name: 'rlogin',
  title: 'Rlogin Protocol',
  column: 'Rlogin',
  fields: rloginFields,
  on: [[tcpPorts, 513]],
  step(p) {
    const { buf: b, at, end } = p;
    const layer = p.count - 1;
    const state = p.session.stateOf<Login>(p, 'rlogin', () => ({ requests: 0, user: '' }));
    if (isToServer(p, 513)) {
      state.requests++;
      if (end - at === 1 && b[at] === 0 && state.requests === 1) p.mark[layer] = HANDSHAKE;
      else if (state.user === '' && state.requests <= 2 && b.indexOf(0, at) >= 0) {
        p.mark[layer] = USER;
        p.at = end;
        const zero = b.indexOf(0, at);
        state.user = ascii(b, at, Math.min(zero, end, at + 64));
        return null;
      } else if (isWindowSize(b, at, end)) p.mark[layer] = WINDOW;
    } else if (b[at] === 0 && end - at === 1) p.mark[layer] = STARTUP;
    p.notes[layer] = state.user;
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (p.mark[layer] === USER) out.add(rloginFields.userInfo, start, length);
    else if (p.mark[layer] === WINDOW) {
      out.add(rloginFields.rows, start + 4, 2, u16(b, start + 4));
      out.add(rloginFields.columns, start + 6, 2, u16(b, start + 6));
    } else if (p.mark[layer] === 0) out.add(rloginFields.data, start, length);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const user = (p.notes[layer] as string | null) ?? '';
    const prefix = user === '' ? '' : `User name: ${user}, `;
    const shown = printable(ascii(b, start, Math.min(p.stop[layer]!, start + SHOWN_MAX)));
    switch (p.mark[layer]) {
      case HANDSHAKE:
        return 'Start Handshake';
      case USER:
        return `Data: ${shown}, (User information)`;
      case STARTUP:
        return `${prefix}Startup info received`;
      case WINDOW:
        return `${prefix}Terminal Info (rows=${u16(b, start + 4)}, cols=${u16(b, start + 6)})`;
      default:
        return `${prefix}Data: ${shown}`;
    }
  },
});

/** Strings that a client of rsh or rexec sends: port, two names (or name and password), command. */
const STRINGS = 4;

/** rsh and rexec: the client's strings first, then data both ways. */
function shell(name: string, title: string, column: string, port: number): Protocol {
  const f = {
    port: text(`${name}.stderr_port`, 'Stderr port (optional)'),
    username: text(name === 'rsh' ? 'rsh.client_username' : 'exec.username', 'Client username'),
    second: text(
      name === 'rsh' ? 'rsh.server_username' : 'exec.password',
      name === 'rsh' ? 'Server username' : 'Client password',
    ),
    command: text(`${name}.command`, 'Command to execute'),
  };
  return protocol({
    name,
    title,
    column,
    fields: f,
    on: [[tcpPorts, port]],
    step(p) {
      const state = p.session.stateOf(p, name, () => ({ strings: 0 }));
      if (isToServer(p, port) && state.strings < STRINGS) {
        p.mark[p.count - 1] = state.strings + 1;
        for (let i = p.at; i < p.end && state.strings < STRINGS; i++) if (p.buf[i] === 0) state.strings++;
      }
      p.at = p.end;
      return null;
    },
    emit(p, layer, out) {
      const first = p.mark[layer]! - 1;
      if (first < 0) return;
      const b = p.bufferOf(layer);
      const fields = [f.port, f.username, f.second, f.command];
      const end = p.stop[layer]!;
      let at = p.start[layer]!;
      for (let i = first; i < fields.length && at < end; i++) {
        let zero = b.indexOf(0, at);
        if (zero < 0 || zero > end) zero = end;
        out.add(fields[i]!, at, zero - at);
        at = zero + 1;
      }
    },
    info(p, layer) {
      if (p.mark[layer]! > 0) return 'Session Establishment';
      return isToServer(p, port) ? 'Client -> Server data' : 'Server -> Client Data';
    },
  });
}

export const rsh = shell('rsh', 'Remote Shell', 'RSH', 514);
export const rexec = shell('exec', 'Remote Process Execution', 'EXEC', 512);
