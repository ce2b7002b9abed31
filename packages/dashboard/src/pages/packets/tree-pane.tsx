// The packet as layers and fields. Expanded lines stay expanded in the next packet; selecting a line marks its bytes.
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { TreeLine } from '../../api/types.ts';
import { flatten, type Line } from '../../list/tree-lines.ts';
import { Icon } from '../../ui/icons.tsx';

interface Props {
  tree: TreeLine[];
  open: ReadonlySet<string>;
  chosen: string;
  onOpen: (key: string, isOpen: boolean) => void;
  onChoose: (path: string, line: TreeLine) => void;
  onMenu: (event: MouseEvent | KeyboardEvent, line: TreeLine, anchor?: Element) => void;
}

export function TreePane(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => flatten(props.tree, props.open), [props.tree, props.open]);
  const at = lines.findIndex(({ path }) => path === props.chosen);

  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [props.chosen, props.tree]);

  const choose = (to: number) => {
    const next = lines[Math.min(lines.length - 1, Math.max(0, to))];
    if (next !== undefined) props.onChoose(next.path, next.line);
  };

  const onKey = (event: KeyboardEvent) => {
    const now = lines[at];
    const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 12,
      PageUp: at - 12,
      Home: 0,
      End: lines.length - 1,
    };
    if (event.key in moves) choose(moves[event.key]!);
    else if (event.key === 'ArrowRight' && now !== undefined) {
      if (now.line.children.length > 0 && !now.isOpen) props.onOpen(now.key, true);
      else choose(at + 1);
    } else if (event.key === 'ArrowLeft' && now !== undefined) {
      if (now.isOpen) props.onOpen(now.key, false);
      else choose(lines.findLastIndex(({ depth }, i) => i < at && depth < now.depth));
    } else if ((event.key === 'Enter' || event.key === ' ') && now !== undefined)
      props.onOpen(now.key, !now.isOpen);
    else if (isMenu && now !== undefined) {
      props.onMenu(event, now.line, box.current!.querySelector('[aria-selected="true"]') ?? box.current!);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={box}
      class="tree"
      role="tree"
      tabIndex={0}
      aria-label="Packet in layers"
      aria-activedescendant={at >= 0 ? `line-${props.chosen}` : undefined}
      onFocus={() => at < 0 && choose(0)}
      onKeyDown={onKey}
    >
      {lines.map((line) => (
        <TreeRow key={line.path} of={line} pane={props} />
      ))}
    </div>
  );
}

function TreeRow({ of: { line, depth, path, key, isOpen }, pane }: { of: Line; pane: Props }) {
  const toggle = () => pane.onOpen(key, !isOpen);
  const isParent = line.children.length > 0;
  return (
    <div
      id={`line-${path}`}
      class={`tree-line ${depth === 0 ? 'tree-layer' : ''} ${isOdd(line) ? 'tree-odd' : ''}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={isParent ? isOpen : undefined}
      aria-selected={path === pane.chosen}
      style={{ paddingLeft: `${depth * 16 + 4}px` }}
      onClick={() => pane.onChoose(path, line)}
      onDblClick={toggle}
      onContextMenu={(event) => {
        pane.onChoose(path, line);
        pane.onMenu(event, line);
      }}
    >
      {isParent ? (
        <span
          class={`twist ${isOpen ? 'twist-open' : ''}`}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          <Icon name="right" size={12} />
        </span>
      ) : (
        <span class="twist" />
      )}
      <span class="tree-text">{line.text}</span>
    </div>
  );
}

/** Malformed or incomplete data, and expert warnings and errors. */
function isOdd({ name, text }: TreeLine): boolean {
  return /^_ws\.(malformed|short|unreassembled)/.test(name) || /^\[Expert Info \((Warning|Error)/.test(text);
}
