// Tooltip with the full text of a truncated cell.

/** For `onPointerOver` of a table or a list. */
export function showFullText({ target }: Event): void {
  const cell = (target as Element).closest<HTMLElement>('td, th, [role=gridcell]');
  if (cell === null) return;
  const isCut = [cell, ...cell.children].some((each) => each.scrollWidth > each.clientWidth);
  // An empty title would hide the row's.
  if (isCut) cell.title = cell.textContent ?? '';
  else if (cell.title !== '') cell.removeAttribute('title');
}
