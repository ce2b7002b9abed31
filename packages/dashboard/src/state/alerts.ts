// Announces severe findings that arrive while the page is open, once each, on every page.
import { listen } from '../api/live.ts';
import { gradeOf } from '../findings.ts';
import { announce } from '../ui/announce.tsx';

export function watchFindings(): void {
  /** Findings that existed when the page was opened are not announced. */
  let known: Set<number> | null = null;
  listen('findings', (findings) => {
    const fresh = findings.filter(
      ({ id, finder }) => finder !== 'expert' && known !== null && !known.has(id),
    );
    known = new Set([...(known ?? []), ...findings.map(({ id }) => id)]);
    const severe = fresh.find((finding) => ['high', 'critical'].includes(gradeOf(finding)));
    if (severe !== undefined) announce(`${severe.group}: ${severe.detail?.summary ?? severe.message}`);
  });
}
