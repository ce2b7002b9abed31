// Shown while the server is unreachable: time of the next attempt, and that the data is stale.
import { useEffect, useState } from 'preact/hooks';
import { connect, connection, retryAt } from '../api/live.ts';
import { Icon } from './icons.tsx';

export function ConnectionBanner() {
  const isLost = connection.value === 'lost';
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!isLost) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isLost]);
  if (!isLost) return null;
  const seconds = Math.max(0, Math.ceil((retryAt.value - now) / 1000));
  return (
    <div class="banner" role="alert">
      <Icon name="plug" />
      <span>
        <strong>No connection to the server.</strong> What you see is from before.{' '}
        <span aria-hidden="true" class="num">
          {seconds > 0 ? `Next attempt in ${seconds} s.` : 'Trying …'}
        </span>
      </span>
      <button type="button" class="button" onClick={connect}>
        Try now
      </button>
    </div>
  );
}
