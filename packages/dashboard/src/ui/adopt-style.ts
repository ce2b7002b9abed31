// Styles that come with code that is loaded later. The policy of the page allows no style elements, but sheets made here.

export function adoptStyle(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
