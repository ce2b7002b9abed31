// `eyrie read -G defaultprefs`: the preferences that -o sets, in the form of tshark's preferences file.
import { DEFAULT_PREFERENCES } from '@eyrie/dissect';

/** Commented out as tshark has those that are not changed. */
export function* preferenceLines(): Iterable<string> {
  for (const [name, value] of Object.entries(DEFAULT_PREFERENCES)) {
    yield '# TRUE or FALSE (case-insensitive)';
    yield `#${name}: ${String(value).toUpperCase()}`;
    yield '';
  }
  yield '# A path to a file';
  yield '#tls.keylog_file: ';
}
