// The letters of `ssl_history`: in the order in which messages came, in capitals of the client
// (https://docs.zeek.org/en/master/scripts/base/protocols/ssl/main.zeek.html).

/** By handshake type (RFC 8446 §4, RFC 5246 §7.4). */
const HANDSHAKE: Readonly<Record<number, string>> = {
  ...{ 0: 'H', 1: 'C', 2: 'S', 3: 'V', 4: 'T', 5: 'E', 6: 'J', 8: 'O', 11: 'X', 12: 'K', 13: 'R', 14: 'N' },
  ...{ 15: 'Y', 16: 'G', 20: 'F', 21: 'W', 22: 'U', 23: 'A', 24: 'P', 254: 'M' },
};
const UNKNOWN_HANDSHAKE = 'Z';

/** By record type (RFC 8446 §5.1, RFC 6520). */
const RECORD: Readonly<Record<number, string>> = { 20: 'I', 21: 'L', 23: 'D', 24: 'B' };
const UNKNOWN_RECORD = 'Q';
const HANDSHAKE_RECORD = 22;

export const HISTORY_MAX = 100;

/**
 * @param records types of the records of a layer @param messages those of the handshake messages in them
 */
export function withMessages(
  history: string,
  records: readonly number[],
  messages: readonly number[],
  isClient: boolean,
): string {
  let handshakes = records.filter((type) => type === HANDSHAKE_RECORD).length;
  let next = 0;
  let letters = '';
  const take = (count: number): void => {
    for (const type of messages.slice(next, next + count)) letters += HANDSHAKE[type] ?? UNKNOWN_HANDSHAKE;
    next += count;
  };
  for (const type of records) {
    if (type !== HANDSHAKE_RECORD) letters += RECORD[type] ?? UNKNOWN_RECORD;
    // Where one holds several messages it is the first; what is encrypted comes last, and has none.
    else take(Math.max(1, messages.length - next - --handshakes));
  }
  // A message put together of fragments has no record.
  take(messages.length);
  return (history + (isClient ? letters : letters.toLowerCase())).slice(0, HISTORY_MAX);
}
