// Runs before the first paint, and by itself: the theme that the user chose stands before anything is drawn, else the
// system's. state/settings.ts keeps it so.
const { dataset } = document.documentElement;
let chosen: string | null = null;
try {
  chosen = localStorage.getItem('eyrie.theme');
} catch {
  // Storage is forbidden.
}
dataset.themeChoice = chosen === 'light' || chosen === 'dark' ? chosen : 'system';
const systemTheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
dataset.theme = dataset.themeChoice === 'system' ? systemTheme : dataset.themeChoice;
