// Placeholders for missing content: loading, empty, error.
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.ts';
import { Icon, type IconName } from './icons.tsx';

export function Empty(props: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <Icon name={props.icon ?? 'packets'} size={28} />
      <p class="state-title">{props.title}</p>
      {props.children !== undefined && <div class="state-text">{props.children}</div>}
    </div>
  );
}

/** Becomes visible only after a delay (styles/states.css). */
export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div class="state state-loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <p class="state-text">{what} …</p>
    </div>
  );
}

export function Failure(props: { title: string; text: string; hint?: string | null; onRetry?: () => void }) {
  return (
    <div class="state state-failed" role="alert">
      <Icon name="alert" size={28} />
      <p class="state-title">{props.title}</p>
      <p class="state-text">
        {sentence(props.text)}
        {props.hint && (
          <>
            <br />
            {sentence(props.hint)}
          </>
        )}
      </p>
      {props.onRetry && (
        <button type="button" class="button" onClick={props.onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Capitalises a server message, which is written to follow a name and a colon. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A failed request with a retry button; errors in the filter are also shown at the filter bar. */
export function Trouble({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  if (error.isUnreachable) {
    return (
      <Empty icon="plug" title="No connection">
        The data is loaded as soon as the server answers again.
      </Empty>
    );
  }
  if (error.code === 'unauthorized') {
    return (
      <Empty icon="alert" title="Not logged in">
        The server asks for its token, perhaps because it was restarted with another one.
        <br />
        <a class="button button-main" href={`/login${location.hash}`}>
          Log in
        </a>
      </Empty>
    );
  }
  if (error.at !== null) {
    return (
      <Empty icon="filter" title="This display filter cannot be used">
        {sentence(error.message)}
      </Empty>
    );
  }
  return <Failure title="The request failed" text={error.message} hint={error.hint} onRetry={onRetry} />;
}
