// Responses of SIP servers to REGISTER and INVITE (RFC 3261 §22): only they show whether a password was right.
import { Tap } from '@eyrie/dissect';
import { endsOf, type ReaderMaker } from '../reader.ts';

const METHODS = new Set(['REGISTER', 'INVITE', 'OPTIONS', 'SUBSCRIBE']);
/** Status codes for refusal, unknown user, unknown address, and password required. */
const REFUSALS = new Set([401, 403, 404, 407, 484, 604]);
/** Requests with a password that await a response, per conversation. */
const WAITING_MAX = 256;

export const sipReader: ReaderMaker = {
  protocols: ['sip'],
  make(see) {
    const tap = new Tap(
      ['sip'],
      [
        'sip.Method',
        'sip.Status-Code',
        'sip.CSeq.method',
        'sip.CSeq.seq',
        'sip.to.user',
        'sip.auth.digest.response',
      ],
    );
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const waiting = p.session.stateOf(p, 'detect.sip', () => new Set<string>());
      const number = `${tap.text('sip.CSeq.seq')} ${tap.text('sip.to.user')}`;
      if (tap.text('sip.Method') !== '') {
        if (tap.text('sip.auth.digest.response') === '') return;
        waiting.add(number);
        // Evict the oldest: unanswered requests must not hide later ones.
        if (waiting.size > WAITING_MAX) waiting.delete(waiting.values().next().value!);
        return;
      }
      const status = Number(tap.text('sip.Status-Code'));
      const isSuccess = status >= 200 && status < 300;
      const user = tap.text('sip.to.user');
      if (user === '' || !METHODS.has(tap.text('sip.CSeq.method')) || !(isSuccess || REFUSALS.has(status)))
        return;
      see({ kind: 'sip', ...endsOf(p, false), user, isSuccess, hadPassword: waiting.delete(number) });
    };
  },
};
