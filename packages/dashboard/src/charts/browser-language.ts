// A browser under LANG=C may name a language that Intl refuses (`en-US@posix`); uPlot asks Intl while it loads.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}
