// Who takes how much of the whole: protocols as areas, those of a family beside each other.
import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FAMILIES, type Family, familyOf, familyTitles } from '../families.ts';

export interface Share {
  name: string;
  value: number;
  /** What the value is in words. */
  said: string;
  percent: string;
}

interface Group {
  family?: Family;
  share?: Share;
  children?: Group[];
}

/** Protocols with their own area; all others share one. */
const AREAS_MAX = 40;

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
      {areas.map(({ x0, y0, x1, y1, data }) => {
        const { share, family } = data;
        const wide = x1 - x0;
        const high = y1 - y0;
        return (
          <button
            key={share!.name}
            type="button"
            class={`area family-${family}`}
            style={{ left: `${x0}px`, top: `${y0}px`, width: `${wide}px`, height: `${high}px` }}
            title={`${share!.name} (${familyTitles[family!]}): ${share!.said}, ${share!.percent}`}
            aria-label={`${share!.name}: ${share!.said}, ${share!.percent}`}
            onClick={() => props.onChoose(share!.name)}
          >
            {wide > 42 && high > 20 && (
              <span class="area-text">
                <span class="area-name">{share!.name}</span>
                {high > 38 && wide > 56 && <span class="area-share num">{share!.percent}</span>}
              </span>
            )}
          </button>
        );
      })}
    </div>
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
