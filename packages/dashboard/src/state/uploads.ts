// Uploads of capture files, a few at a time: the server reads a limited number at once, and the page needs some of the
// browser's connections itself. XMLHttpRequest is used because fetch does not report upload progress.
import { effect, signal, untracked } from '@preact/signals';
import { addressOf, errorOf } from '../api/client.ts';
import type { CaptureRow, Uploaded } from '../api/types.ts';
import { captures, loadCaptures } from './captures.ts';

/** Files being sent or read at once; the server reads eight for all clients. */
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

/** Functions that start the waiting uploads, by id. */
const waiting = new Map<number, () => void>();

/**
 * Uploads a capture file.
 *
 * @param onStored called with the capture, also if it was stored before
 * @param again even if the same bytes are stored already
 */
export function upload(file: File, onStored: (capture: CaptureRow) => void = () => {}, again = false): void {
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
      upload(file, onStored, true);
    },
    cancel: () => {
      request.abort();
      dismiss(id);
    },
  };
  const update = (part: Partial<Upload>) => {
    change(id, part);
    if (part.capture) onStored(part.capture);
  };
  waiting.set(id, () => post(request, file, again, update));
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
  update: (part: Partial<Upload>) => void,
): void {
  update({ state: 'sending' });
  request.open('POST', addressOf('/captures', { name: file.name, again: again || null }));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded }) =>
    update({ sent: loaded, state: loaded >= file.size ? 'storing' : 'sending' });
  request.onload = async () => {
    if (request.status >= 200 && request.status < 300) {
      const { capture, is_new: isNew } = request.response as Uploaded;
      // The list of captures shows whether it is still being read.
      await loadCaptures().catch(() => {});
      return update({ state: isNew ? 'done' : 'known', capture, sent: file.size });
    }
    update({ state: 'failed', problem: errorOf(request.status, request.response).message });
  };
  request.onerror = () => update({ state: 'failed', problem: 'The connection was lost during the upload.' });
  request.send(file);
}

function isBusy({ state, capture }: Upload): boolean {
  const isRead = captures.value?.some((row) => row.id === capture?.id && row.state === 'running') ?? false;
  return state === 'sending' || state === 'storing' || isRead;
}

/** Starts waiting uploads when others end. */
effect(() => {
  let room = AT_ONCE - uploads.value.filter(isBusy).length;
  for (const [id, begin] of waiting) {
    if (room-- <= 0) return;
    waiting.delete(id);
    untracked(begin);
  }
});

/** Leaving the page would abort unfinished uploads, so the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (uploads.peek().some(({ state }) => state === 'waiting' || state === 'sending')) event.preventDefault();
});
