// Accepts capture files dropped anywhere on the page.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CaptureRow } from '../api/types.ts';
import { go, page } from '../state/navigation.ts';
import { upload } from '../state/uploads.ts';
import { Icon } from './icons.tsx';

const isOver = signal(false);

/** Shows the capture, unless the user went elsewhere meanwhile. */
function open({ id }: CaptureRow): void {
  if (page.value === 'captures')
    go({ page: 'overview', item: '', q: '', capture: id, packet: null, view: {} });
}

export function DropZone() {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      isOver.value = false;
      if (!hasFiles(event)) return;
      event.preventDefault();
      const files = [...event.dataTransfer!.files];
      for (const file of files) upload(file, files.length === 1 ? open : undefined);
      go({ page: 'captures', item: '', view: {} });
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop" aria-hidden="true">
      <div>
        <Icon name="upload" size={32} />
        <p>Drop capture files here</p>
      </div>
    </div>
  );
}
