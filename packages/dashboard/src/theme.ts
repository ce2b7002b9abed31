// Runs before the first paint: a theme that the user chose stands before anything is drawn. Without a choice the
// system's theme holds, by CSS alone.
const chosen = localStorage.getItem('eyrie.theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
