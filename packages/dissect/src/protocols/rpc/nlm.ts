// Network Lock Manager of NFS 2 and 3, and Network Status Monitor (X/Open C702, chapters 9 to 11).
import { bool, bytes, int, none, text as string, uint, uint64 } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { handle, handleFields, tellHandle } from './nfs-handle.ts';
import {
  below,
  choose,
  fixed,
  long,
  nothing,
  number,
  opaque,
  type Shape,
  seq,
  text,
  type Xdr,
} from './xdr.ts';

const states: Readonly<Record<number, string>> = {
  0: 'NLM_GRANTED',
  1: 'NLM_DENIED',
  2: 'NLM_DENIED_NOLOCKS',
  3: 'NLM_BLOCKED',
  4: 'NLM_DENIED_GRACE_PERIOD',
  5: 'NLM_DEADLCK',
  6: 'NLM_ROFS',
  7: 'NLM_STALE_FH',
  8: 'NLM_BIG',
  9: 'NLM_FAILED',
};

const f = {
  cookie: bytes('nlm.cookie', 'cookie'),
  block: bool('nlm.block', 'block'),
  exclusive: bool('nlm.exclusive', 'exclusive'),
  lock: none('nlm.lock', 'lock'),
  caller: string('nlm.lock.caller_name', 'caller_name'),
  owner: bytes('nlm.lock.owner', 'owner'),
  svid: uint('nlm.lock.svid', 'svid'),
  offset: uint('nlm.lock.l_offset', 'l_offset'),
  length: uint('nlm.lock.l_len', 'l_len'),
  offset64: uint64('nlm.lock.l_offset64', 'l_offset'),
  length64: uint64('nlm.lock.l_len64', 'l_len'),
  reclaim: bool('nlm.reclaim', 'reclaim'),
  state: uint('nlm.state', 'state'),
  stat: uint('nlm.stat', 'stat').named(states),
  testStat: none('nlm.test_stat', 'test_stat'),
  tested: uint('nlm.test_stat.stat', 'stat').named(states),
  holder: none('nlm.holder', 'holder'),
  share: none('nlm.share', 'share'),
  mode: uint('nlm.share.mode', 'mode').named({
    0: 'deny none',
    1: 'deny read',
    2: 'deny write',
    3: 'deny read/write',
  }),
  access: uint('nlm.share.access', 'access').named({
    0: 'no access',
    1: 'read-only',
    2: 'write-only',
    3: 'read/write',
  }),
  name: string('nlm.share.name', 'name'),
  sequence: int('nlm.sequence', 'sequence'),
};

export const nlmFields = { ...f, ...handleFields };

const file = seq(handle('fh'), tellHandle(' FH:'));
const cookie = opaque(f.cookie);

/** A status, omitted from the Info column on success. */
const status: Shape = (x: Xdr) => {
  const value = x.peek();
  if (value !== 0) x.addInfo(` ${states[value] ?? `Unknown Status (${value})`}`);
  number(f.stat)(x);
};
const answer = seq(cookie, status);

/** Procedures: version 4 has 64-bit byte ranges, earlier ones 32-bit. */
function procedures(isWide: boolean): Procedures {
  const range = (isInInfo: boolean): Shape => {
    const [from, to] = isInInfo ? [' pos:', '-'] : [undefined, undefined];
    return isWide
      ? seq(long(f.offset64, from), long(f.length64, to))
      : seq(number(f.offset, from), number(f.length, to));
  };
  const lock = below(f.lock, text(f.caller), file, opaque(f.owner), number(f.svid, ' svid:'), range(true));
  const holder = below(f.holder, number(f.exclusive), number(f.svid), opaque(f.owner), range(false));
  const DENIED = 1;
  const test = seq(cookie, number(f.exclusive), lock);
  const take = seq(cookie, number(f.block), number(f.exclusive), lock, number(f.reclaim), number(f.state));
  const cancel = seq(cookie, number(f.block), number(f.exclusive), lock);
  const unlock = seq(cookie, lock);
  const tested = seq(cookie, below(f.testStat, choose(f.tested, { [DENIED]: holder })));
  const share = seq(
    cookie,
    below(f.share, text(f.caller), file, opaque(f.owner), number(f.mode), number(f.access)),
    number(f.reclaim),
  );
  const shared = seq(cookie, status, number(f.sequence));
  return {
    1: [test, tested],
    2: [take, answer],
    3: [cancel, answer],
    4: [unlock, answer],
    5: [test, answer],
    6: [test, nothing],
    7: [take, nothing],
    8: [cancel, nothing],
    9: [unlock, nothing],
    10: [test, nothing],
    11: [tested, nothing],
    12: [answer, nothing],
    13: [answer, nothing],
    14: [answer, nothing],
    15: [answer, nothing],
    20: [share, shared],
    21: [share, shared],
    22: [take, answer],
    23: [seq(text(f.name), number(f.state)), nothing],
  };
}

const narrow = procedures(false);

export const nlmBodies: Readonly<Record<number, Procedures>> = {
  1: narrow,
  2: narrow,
  3: narrow,
  4: procedures(true),
};

const PRIVATE_BYTES = 16;

const s = {
  name: string('stat.name', 'Name'),
  result: none('stat.stat_res', 'Status Result'),
  done: uint('stat.stat_res.res', 'Result').named({ 0: 'STAT_SUCC', 1: 'STAT_FAIL' }),
  resultState: uint('stat.stat_res.state', 'State'),
  state: uint('stat.state', 'State'),
  monitor: none('stat.mon', 'Monitor'),
  monitored: string('stat.mon_id.name', 'Monitor ID Name'),
  mine: none('stat.my_id', 'My ID'),
  host: string('stat.my_id.hostname', 'Hostname'),
  program: uint('stat.my_id.prog', 'Program'),
  version: uint('stat.my_id.vers', 'Version'),
  procedure: uint('stat.my_id.proc', 'Procedure'),
  private: bytes('stat.priv', 'Priv'),
  change: none('stat.stat_chge', 'Status Change'),
};

export const statFields = s;

const mine = below(s.mine, text(s.host), number(s.program), number(s.version), number(s.procedure));
const result = below(s.result, number(s.done), number(s.resultState));

export const statBodies: Readonly<Record<number, Procedures>> = {
  1: {
    1: [text(s.name), result],
    2: [seq(below(s.monitor, text(s.monitored), mine), fixed(s.private, PRIVATE_BYTES)), result],
    3: [below(s.monitor, text(s.monitored), mine), number(s.state)],
    4: [mine, number(s.state)],
    6: [below(s.change, text(s.monitored), number(s.state)), nothing],
  },
};
