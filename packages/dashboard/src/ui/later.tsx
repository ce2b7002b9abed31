// A component whose code is loaded when it is first shown.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure, Loading } from './states.tsx';

/**
 * @param load imports the component; repeated after a failure, when it is shown again
 * @param isDialog nothing is shown in its place meanwhile: it will stand above the page
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  isDialog = false,
): ComponentType<P> {
  let found: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, redraw] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (found !== null) return;
      load().then(
        (component) => {
          found = component;
          redraw((n) => n + 1);
        },
        () => setFailed(true),
      );
    }, []);
    const Found = found;
    if (Found !== null) return <Found {...props} />;
    if (!failed) return isDialog ? null : <Loading />;
    return (
      <Failure
        title="This part of the page could not be loaded"
        text="The server did not send it."
        onRetry={() => location.reload()}
      />
    );
  };
}
