// Objects transferred in a conversation (pages, images, files, mails), each with a download.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, addressOf, get } from '../../api/client.ts';
import type { FlowObject } from '../../api/types.ts';
import { bytes } from '../../format/numbers.ts';
import { Icon } from '../../ui/icons.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { save } from '../packets/packet-menu.ts';

interface Answer {
  items: FlowObject[];
  is_whole: boolean;
}

export function Transferred({ flow }: { flow: number }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const control = new AbortController();
    setError(null);
    get<Answer>(`/flows/${flow}/objects`, {}, control.signal).then(
      setAnswer,
      (problem) => problem instanceof ApiError && setError(problem),
    );
    return () => control.abort();
  }, [flow, attempt]);

  if (error !== null) return <Trouble error={error} onRetry={() => setAttempt((n) => n + 1)} />;
  if (answer === null) return <Loading what="Looking for files" />;
  if (answer.items.length === 0)
    return (
      <p class="follow-none">
        No file was found here. They are found in HTTP, mail and TFTP; in TLS, if the capture holds its
        secrets.
      </p>
    );
  return (
    <>
      <table class="transferred">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Packet</th>
            <th scope="col">Size</th>
            <th scope="col">
              <span class="sr">Save</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.items.map((object) => (
            <Line key={object.index} flow={flow} object={object} />
          ))}
        </tbody>
      </table>
      {!answer.is_whole && <p class="follow-none">There are more; this list is not complete.</p>}
    </>
  );
}

function Line({ flow, object }: { flow: number; object: FlowObject }) {
  const name = object.name === '' ? '(no name)' : object.name;
  return (
    <tr>
      <td title={object.host}>{name}</td>
      <td>{object.type}</td>
      <td class="num">{object.frame}</td>
      <td class="num">{bytes(object.bytes)}</td>
      <td>
        <button
          type="button"
          class="button button-small"
          aria-label={`Save ${name}`}
          onClick={() =>
            save(addressOf(`/flows/${flow}/objects/${object.index}`), object.name || `object-${object.frame}`)
          }
        >
          <Icon name="download" size={12} /> Save
        </button>
      </td>
    </tr>
  );
}
