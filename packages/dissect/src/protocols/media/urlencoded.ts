// HTML form data as application/x-www-form-urlencoded (WHATWG URL §5).
import { utf8 } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { contentBytes, contentOf, lazyReaders, mediaTypes, takeContent } from './types.ts';

const f = {
  key: text('urlencoded-form.key', 'Key'),
  value: text('urlencoded-form.value', 'Value'),
};

/** Maximum number of items shown. */
const ITEMS_MAX = 1000;
const decoder = new TextDecoder('utf-8');

export const urlencodedForm = protocol({
  name: 'urlencoded-form',
  title: 'HTML Form URL Encoded',
  fields: f,
  step(p) {
    takeContent(p);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const bytes = contentBytes(p, layer);
    if (bytes === null) return;
    const isPlain = !contentOf(p, layer).isCompressed;
    let at = p.start[layer]!;
    for (const item of utf8(bytes, 0, bytes.length).split('&', ITEMS_MAX)) {
      const length = isPlain ? item.length : 0;
      const equals = item.indexOf('=');
      const key = unescaped(equals < 0 ? item : item.slice(0, equals));
      const value = equals < 0 ? '' : unescaped(item.slice(equals + 1));
      out.group(`Form item: "${key}" = "${value}"`, at, length);
      out.add(f.key, at, length, key);
      if (equals >= 0) out.add(f.value, at, length, value);
      out.close();
      if (isPlain) at += item.length + 1;
    }
  },
  headline(p, layer) {
    const type = contentOf(p, layer).type;
    return type === null ? '' : `: ${type.name}`;
  },
});

/** Decodes %XX and '+'; invalid UTF-8 becomes U+FFFD. */
function unescaped(item: string): string {
  if (!/[%+]/.test(item)) return item;
  const bytes: number[] = [];
  for (let i = 0; i < item.length; i++) {
    const code = item[i] === '%' ? /^[0-9a-fA-F]{2}/.exec(item.slice(i + 1, i + 3)) : null;
    if (code !== null) {
      bytes.push(Number.parseInt(code[0], 16));
      i += 2;
    } else if (item[i] === '+') bytes.push(0x20);
    else bytes.push(...new TextEncoder().encode(item[i]!));
  }
  return decoder.decode(Uint8Array.from(bytes));
}

lazyReaders.add(urlencodedForm);
mediaTypes.add(urlencodedForm, 'application/x-www-form-urlencoded');
