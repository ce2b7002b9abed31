// Files on their way to the server, a few at a time: it reads only so many at once, and a browser has only so many
// connections, which the page needs itself. XMLHttpRequest, because fetch does not tell how much was sent.
import { effect, signal, untracked } from '@preact/signals';
import { addressOf, errorOf } from '../api/client.ts';
import type { CaptureRow, Uploaded } from '../api/types.ts';
import { captures, loadCaptures } from './captures.ts';

/** Files that are sent, or read by the server: it reads eight, and there are other senders. */
const AT_ONCE = 3;

export interface Upload {
  id: number;
  name: string;
  size: number;
  sent: number;
  state: 'waiting' | 'sending' | 'storing' | 'done' | 'known' | 'failed';
  problem: string | null;
  capture: CaptureRow | null;
  again: () => void;
  cancel: () => void;
}

/** Latest first. */
export const uploads = signal<readonly Upload[]>([]);
let last = 0;

/** What sends a file that waits, by its id. */
const waiting = new Map<number, () => void>();

/** Sends a capture file. `again`: also if the same bytes are stored already. */
export function upload(file: File, again = false): void {
  const id = ++last;
  const request = new XMLHttpRequest();
  const one: Upload = {
    id,
    name: file.name,
    size: file.size,
    sent: 0,
    state: 'waiting',
    problem: null,
    capture: null,
    again: () => {
      dismiss(id);
      upload(file, true);
    },
    cancel: () => {
      request.abort();
      dismiss(id);
    },
  };
  waiting.set(id, () => post(request, file, again, (part) => change(id, part)));
  uploads.value = [one, ...uploads.value];
}

function change(id: number, part: Partial<Upload>): void {
  uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...part } : one));
}

export function dismiss(id: number): void {
  waiting.delete(id);
  uploads.value = uploads.value.filter((one) => one.id !== id);
}

function post(
  request: XMLHttpRequest,
  file: File,
  again: boolean,
  tell: (part: Partial<Upload>) => void,
): void {
  tell({ state: 'sending' });
  request.open('POST', addressOf('/captures', { name: file.name, again: again || null }));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded }) =>
    tell({ sent: loaded, state: loaded >= file.size ? 'storing' : 'sending' });
  request.onload = async () => {
    if (request.status >= 200 && request.status < 300) {
      const { capture, is_new: isNew } = request.response as Uploaded;
      // Whether it is still being read stands among the captures.
      await loadCaptures().catch(() => {});
      return tell({ state: isNew ? 'done' : 'known', capture, sent: file.size });
    }
    tell({ state: 'failed', problem: errorOf(request.status, request.response).message });
  };
  request.onerror = () => tell({ state: 'failed', problem: 'The connection broke during the upload.' });
  request.send(file);
}

function isBusy({ state, capture }: Upload): boolean {
  const isRead = captures.value?.some((row) => row.id === capture?.id && row.state === 'running') ?? false;
  return state === 'sending' || state === 'storing' || isRead;
}

/** The next ones go as soon as there is room. */
effect(() => {
  let room = AT_ONCE - uploads.value.filter(isBusy).length;
  for (const [id, begin] of waiting) {
    if (room-- <= 0) return;
    waiting.delete(id);
    untracked(begin);
  }
});

/** Leaving the page would break off what is not sent yet: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (uploads.peek().some(({ state }) => state === 'waiting' || state === 'sending')) event.preventDefault();
});
