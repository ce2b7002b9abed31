// The view of the mesh in the Prometheus text format: https://prometheus.io/docs/instrumenting/exposition_formats.

import type { ShownView } from '@eyrie/mesh/skyeye';

type Row = readonly [labels: string, value: number];

/** @param view null before the first view is complete */
export function metricsText(view: ShownView | null, counts: Readonly<Record<string, number>>): string {
  const lines: string[] = [];
  const add = (name: string, kind: 'gauge' | 'counter', help: string, rows: readonly Row[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    for (const [labels, value] of rows) lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
  };
  for (const [name, value] of Object.entries(counts))
    add(`eyrie_mesh_${name}_total`, 'counter', `${name.replaceAll('_', ' ')}, since the start`, [
      ['', value],
    ]);
  if (view !== null) {
    add('eyrie_mesh_peers', 'gauge', 'Peers heard from.', [['', view.peers]]);
    add('eyrie_mesh_peers_alive', 'gauge', 'Peers that are alive.', [['', view.alive]]);
    add('eyrie_mesh_complete_ratio', 'gauge', 'Part of the living that was heard from.', [
      ['', view.complete],
    ]);
    add('eyrie_mesh_view_age_seconds', 'gauge', 'Since the root made the view.', [['', view.ageMs / 1000]]);
    const readingsS = view.readings.ageMs / 1000;
    add('eyrie_mesh_reading_age_seconds', 'gauge', 'Mean age of the readings in it.', [['', readingsS]]);
    const rows = Object.entries(view.attributes).flatMap(([attribute, summary]) =>
      (['count', 'sum', 'min', 'max', 'mean', 'sd', 'p50', 'p95', 'p99'] as const).map(
        (stat): Row => [`attribute="${attribute}",stat="${stat}"`, summary[stat]],
      ),
    );
    add(
      'eyrie_mesh_attribute',
      'gauge',
      'What the peers of the mesh measured, in sum; units are in docs/queries.md.',
      rows,
    );
  }
  return `${lines.join('\n')}\n`;
}
