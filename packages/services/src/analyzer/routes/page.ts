// The API's own pages, in plain HTML; their style is a separate file, as the content security policy requires.

export const STYLE_PATH = '/docs/style.css';

/** @param body HTML */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Eyrie</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
${body}
</body>
</html>
`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export const STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font: 600 1rem ui-monospace, monospace; margin: 1.5rem 0 0; }
p { margin: 0.25rem 0 0.5rem; } code { font: 0.9em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
td { border-top: 1px solid #8884; padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; }
td:first-child { width: 12rem; font-family: ui-monospace, monospace; } td:nth-child(2) { width: 10rem; opacity: 0.75; }
form { max-width: 24rem; margin: 15vh auto; } input, button { font: inherit; padding: 0.4rem 0.6rem; }
[role=alert] { color: light-dark(#b00020, #ff8a80); }
`;
