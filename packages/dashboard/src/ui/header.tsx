// The header: navigation, current packet rate, theme. On a phone the navigation is at the bottom.
import { connection } from '../api/live.ts';
import { bitRate, short } from '../format/numbers.ts';
import { rates, running } from '../state/captures.ts';
import { linkTo, page } from '../state/navigation.ts';
import { pages } from '../state/peer-here.ts';
import { pageTitles } from '../state/place.ts';
import { setTheme, type Theme, theme } from '../state/settings.ts';
import { Icon, type IconName, Mark } from './icons.tsx';
import { helpOpen } from './shortcuts.ts';

const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const themeIcons: Record<Theme, IconName> = { system: 'auto', light: 'sun', dark: 'moon' };

export function Header() {
  return (
    <header class="bar">
      <a class="brand" href={linkTo('overview')} aria-label="Eyrie, overview">
        <Mark />
        <span class="wordmark" aria-hidden="true">
          Eyrie
        </span>
      </a>
      <nav class="pages" aria-label="Pages">
        {pages.value.map((name) => (
          <a key={name} href={linkTo(name)} aria-current={page.value === name ? 'page' : undefined}>
            <Icon name={name} />
            <span>{pageTitles[name]}</span>
          </a>
        ))}
      </nav>
      <Pulse />
      <button
        type="button"
        class="icon-button"
        title={`Theme: ${theme.value}`}
        aria-label={`Theme: ${theme.value}. Change to ${nextTheme[theme.value]}`}
        onClick={() => setTheme(nextTheme[theme.value])}
      >
        <Icon name={themeIcons[theme.value]} />
      </button>
      <button
        type="button"
        class="icon-button only-wide"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => (helpOpen.value = true)}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

/** The current packet rate, or that no packets arrive. */
function Pulse() {
  const latest = rates.value.at(-1);
  if (connection.value !== 'open') {
    return <span class="pulse pulse-off">{connection.value === 'lost' ? 'offline' : 'connecting'}</span>;
  }
  if (running.value.length === 0 || latest === undefined) return <span class="pulse">idle</span>;
  return (
    <span class="pulse pulse-live">
      <span class="num">{short(latest.packets_per_second)}/s</span>
      <span class="num only-wide">{bitRate(latest.bits_per_second)}</span>
      {latest.drops_per_second > 0 && (
        <span class="num pulse-drops">{short(latest.drops_per_second)} lost/s</span>
      )}
    </span>
  );
}
