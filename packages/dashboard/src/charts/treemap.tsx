// Treemap of the protocols' shares, grouped by family.
import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FAMILIES, type Family, familyOf, familyTitles } from '../families.ts';

export interface Share {
  name: string;
  value: number;
  /** The value as text. */
  amount: string;
  percent: string;
}

interface Group {
  family?: Family;
  share?: Share;
  children?: Group[];
}

/** Maximum number of areas; the largest protocols have one. */
const AREAS_MAX = 40;
/** Minimum target size (WCAG 2.2, 2.5.8). */
const TARGET_PX = 24;

export function Treemap(props: { shares: Share[]; label: string; onChoose: (name: string) => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = holder.current!;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const areas = useMemo(() => areasOf(props.shares, size), [props.shares, size]);
  return (
    <div ref={holder} class="treemap" role="group" aria-label={props.label}>
      {areas.map(({ x0, y0, x1, y1, data: { share, family } }) => (
        <Area
          key={share!.name}
          share={share!}
          family={family!}
          box={{ left: x0, top: y0, width: x1 - x0, height: y1 - y0 }}
          onChoose={props.onChoose}
        />
      ))}
    </div>
  );
}

interface AreaProps {
  share: Share;
  family: Family;
  box: { left: number; top: number; width: number; height: number };
  onChoose: (name: string) => void;
}

function Area({ share, family, box, onChoose }: AreaProps) {
  const { name, amount, percent } = share;
  const { left, top, width, height } = box;
  const place = {
    class: `area family-${family}`,
    style: { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` },
    title: `${name} (${familyTitles[family]}): ${amount}, ${percent}`,
  };
  // Too small to be a target; the list beside the treemap includes it.
  if (Math.min(width, height) < TARGET_PX) return <span {...place} aria-hidden="true" />;
  const isNamed = width > 42;
  const isMeasured = isNamed && height > 38 && width > 56;
  return (
    <button type="button" {...place} onClick={() => onChoose(name)}>
      <span class="area-text">
        <span class={isNamed ? 'area-name' : 'sr'}>{name}</span>
        <span class="sr">: </span>
        <span class={isMeasured ? 'area-share num' : 'sr'}>{percent}</span>
        <span class="sr">, {amount}</span>
      </span>
    </button>
  );
}

function areasOf(
  shares: Share[],
  size: { width: number; height: number },
): HierarchyRectangularNode<Group>[] {
  if (size.width === 0 || shares.length === 0) return [];
  const children = FAMILIES.flatMap((family) => {
    const own = shares.slice(0, AREAS_MAX).filter(({ name }) => familyOf(name) === family);
    return own.length === 0 ? [] : [{ family, children: own.map((share) => ({ family, share })) }];
  });
  const root = hierarchy<Group>({ children })
    .sum(({ share }) => share?.value ?? 0)
    .sort((a, b) => b.value! - a.value!);
  const tiled = treemap<Group>()
    .size([size.width, size.height])
    .tile(treemapSquarify.ratio(1.4))
    .paddingInner(1)
    .round(true)(root);
  return tiled.leaves();
}
