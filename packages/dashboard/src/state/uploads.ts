// Files on their way to the server. XMLHttpRequest, because fetch does not tell how much was sent.
import { signal } from '@preact/signals';
import { addressOf, errorOf } from '../api/client.ts';
import type { CaptureRow, Uploaded } from '../api/types.ts';
import { loadCaptures } from './captures.ts';

export interface Upload {
  id: number;
  name: string;
  size: number;
  sent: number;
  state: 'sending' | 'storing' | 'done' | 'known' | 'failed';
  problem: string | null;
  capture: CaptureRow | null;
  again: () => void;
  cancel: () => void;
}

export const uploads = signal<readonly Upload[]>([]);
let last = 0;

/** Sends a capture file. `again`: also if the same bytes are stored already. */
export function upload(file: File, again = false): void {
  const id = ++last;
  const request = new XMLHttpRequest();
  const change = (part: Partial<Upload>) => {
    uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...part } : one));
  };
  uploads.value = [
    {
      id,
      name: file.name,
      size: file.size,
      sent: 0,
      state: 'sending',
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
    },
    ...uploads.value,
  ];
  request.open('POST', addressOf('/captures', { name: file.name, again: again || null }));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded }) =>
    change({ sent: loaded, state: loaded >= file.size ? 'storing' : 'sending' });
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) {
      const { capture, is_new: isNew } = request.response as Uploaded;
      change({ state: isNew ? 'done' : 'known', capture, sent: file.size });
      void loadCaptures().catch(() => {});
    } else change({ state: 'failed', problem: errorOf(request.status, request.response).message });
  };
  request.onerror = () => change({ state: 'failed', problem: 'The connection broke during the upload.' });
  request.send(file);
}

export function dismiss(id: number): void {
  uploads.value = uploads.value.filter((one) => one.id !== id);
}
