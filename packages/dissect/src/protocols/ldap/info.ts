// Info column of LDAP: operation and object of each message.
import { BerItem, berInteger } from '../../codec/ber.ts';
import { printable } from '../../core/printable.ts';
import * as op from './message.ts';
import { elements, Message, textOf } from './message.ts';
import { authenticationNames, oidNames, operationNames, resultName, scopeNames } from './names.ts';

const message = new Message();
/** Maximum number of messages shown per packet. */
const MESSAGES_MAX = 64;

/** Info text of the messages in [at, end); `results`: number of search entries before them. */
export function messagesInfo(b: Uint8Array, at: number, end: number, results: number): string {
  const summaries: string[] = [];
  while (summaries.length < MESSAGES_MAX && message.read(b, at, end)) {
    at = message.next;
    const name = operationNames[message.operation] ?? `Unknown (${message.operation})`;
    summaries.push(`${name}(${message.id}) ${bodyInfo(b, message, results)}`);
  }
  return summaries.join(' | ');
}

const quoted = (text: string): string => `"${text === '' ? '<ROOT>' : printable(text)}" `;

function bodyInfo(b: Uint8Array, { operation, body }: Message, results: number): string {
  switch (operation) {
    case op.BIND_REQUEST:
      return bindInfo(b, body);
    case op.SEARCH_REQUEST:
      return searchInfo(b, body);
    case op.SEARCH_ENTRY:
    case op.MODIFY_REQUEST:
    case op.ADD_REQUEST:
    case op.RENAME_REQUEST:
    case op.COMPARE_REQUEST: {
      const first = new BerItem();
      return first.read(b, body.content, body.stop) ? quoted(textOf(b, first)) : '';
    }
    case op.DELETE_REQUEST:
      return quoted(textOf(b, body));
    case op.EXTENDED_REQUEST:
      return extendedInfo(b, body);
    case op.EXTENDED_RESPONSE:
      return diagnostic(b, body);
    case op.SEARCH_REFERENCE:
    case op.INTERMEDIATE_RESPONSE:
    case op.ABANDON_REQUEST:
    case 2:
      return '';
    default:
      return (
        resultInfo(b, body) +
        (operation === op.SEARCH_DONE ? ` [${results} result${results === 1 ? '' : 's'}]` : '')
      );
  }
}

/** Bind request (§4.2): version, name, authentication. */
function bindInfo(b: Uint8Array, body: BerItem): string {
  let text = '';
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place === 1) text += quoted(textOf(b, item));
    else if (place === 2) {
      const kind = item.tag;
      if (kind !== 10 && kind !== 11) text += `${authenticationNames[kind] ?? `Unknown auth(${kind})`} `;
    }
    place++;
  }
  return text;
}

/** Search request (§4.5.1): base, scope. */
function searchInfo(b: Uint8Array, body: BerItem): string {
  const item = new BerItem();
  if (!item.read(b, body.content, body.stop)) return '';
  const base = quoted(textOf(b, item));
  if (!item.read(b, item.next, body.stop)) return base;
  const scope = Number(berInteger(b, item.content, item.stop));
  return `${base}${scopeNames[scope] ?? `Unknown scope(${scope})`} `;
}

/** Extended request (§4.12): name of the extension. */
function extendedInfo(b: Uint8Array, body: BerItem): string {
  const item = new BerItem();
  if (!item.read(b, body.content, body.stop)) return '';
  const oid = textOf(b, item);
  return `${oidNames[oid] ?? oid.replace(/^1\./, 'iso.')} `;
}

/** Result (§4.1.9): code, matched DN, message. */
function resultInfo(b: Uint8Array, body: BerItem): string {
  const item = new BerItem();
  if (!item.read(b, body.content, body.stop)) return '';
  const code = Number(berInteger(b, item.content, item.stop));
  return `${resultName(code) ?? `Unknown result(${code})`} ${diagnostic(b, body)}`;
}

/** The diagnostic message (third element), if present. */
function diagnostic(b: Uint8Array, body: BerItem): string {
  let place = 0;
  for (const item of elements(b, body.content, body.stop))
    if (place++ === 2 && item.length > 0) return `(${printable(textOf(b, item))}) `;
  return '';
}
