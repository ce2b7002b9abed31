// An object beside the list: what is known of it, and its content. Nothing of it is ever run or rendered as a page: pictures
// are drawn as pictures, all else is text.
import { useEffect, useState } from 'preact/hooks';
import type { CaptureObject } from '../../../api/analysis-types.ts';
import { errorOf } from '../../../api/client.ts';
import { bytes, count } from '../../../format/numbers.ts';
import { dayAndClock } from '../../../format/time.ts';
import { base64, hexDump } from '../../../list/bytes-text.ts';
import { linkTo } from '../../../state/navigation.ts';
import { Facts } from '../../../ui/facts.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { Loading } from '../../../ui/states.tsx';
import { copy, save } from '../../packets/packet-menu.ts';
import { isDisguised, KINDS, nameOf, objectAddress, previewOf, typeOf } from './objects.ts';

/** Larger objects are saved, not shown. */
const LOADED_BYTES_MAX = 8 << 20;
const TEXT_BYTES_MAX = 256 << 10;
const HEX_BYTES_MAX = 16 << 10;

interface Props {
  object: CaptureObject;
  q: string;
  onClose: () => void;
}

export function ObjectPreview({ object, q, onClose }: Props) {
  const { packet, capture, conversation, type, looks_like } = object;
  const address = objectAddress(object, q);
  return (
    <section class="file-preview" aria-label={`Preview of ${nameOf(object)}`}>
      <header class="file-head">
        <h2>{nameOf(object)}</h2>
        <button type="button" class="button button-small" onClick={() => save(address, object.name)}>
          <Icon name="download" size={12} /> Save
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Close the preview"
          title="Close (Esc)"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {isDisguised(object) && (
        <p class="file-warning">
          <Icon name="alert" size={14} /> A program ({looks_like}) that was sent as {type}
        </p>
      )}
      <Facts
        facts={[
          ['Type', typeOf(object) || 'unknown'],
          ...(type !== '' && type !== typeOf(object) ? [['Sent as', type] as const] : []),
          ['Size', `${bytes(object.bytes)} (${count(object.bytes)} bytes)`],
          ['Over', `${KINDS[object.kind]}${object.host === '' ? '' : `, ${object.host}`}`],
          ...(object.src === null ? [] : [['From', `${object.src} to ${object.dst}`] as const]),
          ...(object.time === null ? [] : [['Complete', dayAndClock(object.time)] as const]),
          [
            'SHA-256',
            <button
              key="hash"
              type="button"
              class="link file-hash"
              title="Copy"
              onClick={() => copy(object.sha256, 'SHA-256')}
            >
              {object.sha256}
            </button>,
          ],
        ]}
      />
      <p class="file-ways">
        {packet !== null && (
          <a
            class="button button-small"
            href={linkTo('packets', '', { q: conversation ?? '', capture, packet })}
          >
            <Icon name="packets" size={12} /> Packet {count(object.frame)}
          </a>
        )}
        {packet === null && <span class="note-odd">Its end was not captured: it is as far as it came.</span>}
      </p>
      <Content key={address} object={object} address={address} />
    </section>
  );
}

function Content({ object, address }: { object: CaptureObject; address: string }) {
  const [data, setData] = useState<Uint8Array | null>(null);
  const [error, setError] = useState<string | null>(null);
  const isLarge = object.bytes > LOADED_BYTES_MAX;
  useEffect(() => {
    if (isLarge) return;
    const control = new AbortController();
    load(address, control.signal).then(setData, (problem: Error) => {
      if (!control.signal.aborted) setError(problem.message);
    });
    return () => control.abort();
  }, [address]);
  if (isLarge) return <p class="file-none">Too large to be shown here: save it.</p>;
  if (error !== null) return <p class="file-none">{error}</p>;
  if (data === null) return <Loading what="Reading the packets" />;
  if (data.length === 0) return <p class="file-none">It is empty.</p>;
  const preview = previewOf(object);
  if (preview === 'image') return <Picture object={object} data={data} />;
  if (preview === 'text')
    return <Text text={decoded(data)} isCut={data.length > TEXT_BYTES_MAX} bytesMax={TEXT_BYTES_MAX} />;
  return (
    <Text
      text={hexDump(data.subarray(0, HEX_BYTES_MAX))}
      isCut={data.length > HEX_BYTES_MAX}
      bytesMax={HEX_BYTES_MAX}
    />
  );
}

function Picture({ object, data }: { object: CaptureObject; data: Uint8Array }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p class="file-none">The picture is damaged, or its beginning is missing.</p>;
  return (
    <div class="file-picture">
      <img
        src={`data:${object.looks_like};base64,${base64(data)}`}
        alt={nameOf(object)}
        onError={() => setBroken(true)}
      />
    </div>
  );
}

function Text({ text, isCut, bytesMax }: { text: string; isCut: boolean; bytesMax: number }) {
  return (
    <>
      <pre class="file-text" tabIndex={0} role="region" aria-label="Content">
        {text}
      </pre>
      {isCut && <p class="file-none">The first {bytes(bytesMax)}; save it to see the rest.</p>}
    </>
  );
}

/** As UTF-8; control characters that no text has become dots. */
function decoded(data: Uint8Array): string {
  const text = new TextDecoder().decode(data.subarray(0, TEXT_BYTES_MAX));
  return text.replaceAll('\r\n', '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '·');
}

async function load(address: string, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await fetch(address, { credentials: 'same-origin', signal });
  if (!answer.ok) throw errorOf(answer.status, await answer.json().catch(() => null));
  return new Uint8Array(await answer.arrayBuffer());
}
