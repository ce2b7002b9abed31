// The Grafana dashboard for the metrics of /metrics, to be imported in Grafana (Dashboards, New, Import).

interface Panel {
  readonly title: string;
  readonly what: string;
  readonly kind: 'stat' | 'timeseries';
  readonly unit: string;
  readonly width: number;
  /** PromQL expression and legend. */
  readonly queries: readonly (readonly [expression: string, legend: string])[];
}

const OF = '{job=~"$job", instance=~"$instance"}';
const RATE = '[$__rate_interval]';
const requests = (filter: string) => `eyrie_http_requests_total{job=~"$job", instance=~"$instance"${filter}}`;

const PANELS: readonly Panel[] = [
  stat('Packets', 'Stored.', 'short', `sum(eyrie_store_packets${OF})`),
  stat('Conversations', 'Stored.', 'short', `sum(eyrie_store_flows${OF})`),
  stat(
    'Findings',
    'Stored findings of the intrusion rules; see docs/reference/findings.md.',
    'short',
    `sum(eyrie_findings${OF})`,
  ),
  stat('Captures', 'Stored.', 'short', `sum(eyrie_store_captures${OF})`),
  stat('Store size', 'On disk.', 'bytes', `sum(eyrie_store_bytes${OF})`),
  stat('Uptime', 'Of the process that was started last.', 's', `min(eyrie_uptime_seconds${OF})`),
  graph('Packets stored', 'Packets per second; negative where retention deletes old ones.', 'pps', [
    [`deriv(eyrie_store_packets${OF}${RATE})`, '{{instance}}'],
  ]),
  graph('New findings', 'Per ten minutes, by severity.', 'short', [
    [`delta(eyrie_findings${OF}[10m])`, '{{instance}} {{severity}}'],
  ]),
  graph(
    'Packets lost',
    'Dropped by the kernel, the interface or a full queue; a shorter snap length or a capture filter helps.',
    'short',
    [[`eyrie_capture_dropped_packets${OF}`, '{{instance}} {{capture}}']],
  ),
  graph(
    'Queues',
    'Waiting items. A queue that stays full shows that its consumer is the bottleneck.',
    'short',
    [[`eyrie_queue_depth${OF}`, '{{instance}} {{queue}}']],
  ),
  graph('Requests', 'By route.', 'reqps', [[`sum by (route) (rate(${requests('')}${RATE}))`, '{{route}}']]),
  graph('Failed requests', 'Status 5xx.', 'reqps', [
    [`sum by (route, status) (rate(${requests(', status=~"5.."')}${RATE}))`, '{{route}} {{status}}'],
  ]),
  graph('Request duration, 95th percentile', 'By route.', 's', [
    [
      `histogram_quantile(0.95, sum by (route, le) (rate(eyrie_http_request_duration_seconds_bucket${OF}${RATE})))`,
      '{{route}}',
    ],
  ]),
  graph('Memory', 'Resident set size.', 'bytes', [[`process_resident_memory_bytes${OF}`, '{{instance}}']]),
  graph('Live channel', 'WebSocket clients, and messages skipped because a client was too slow.', 'short', [
    [`eyrie_live_clients${OF}`, '{{instance}} clients'],
    [`rate(eyrie_live_skipped_total${OF}${RATE})`, '{{instance}} skipped per second'],
  ]),
];

const COLUMNS = 24;

export function grafanaDashboard(): object {
  let x = 0;
  let y = 0;
  const panels = PANELS.map((panel, i) => {
    const height = panel.kind === 'stat' ? 4 : 8;
    if (x + panel.width > COLUMNS) {
      x = 0;
      y += PANELS[i - 1]!.kind === 'stat' ? 4 : 8;
    }
    const place = { h: height, w: panel.width, x, y };
    x += panel.width;
    return panelJson(panel, i + 1, place);
  });
  return {
    uid: 'eyrie',
    title: 'Eyrie',
    description: 'Packets stored and lost, findings, requests.',
    tags: ['eyrie', 'network'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        source,
        variable('job', 'label_values(eyrie_uptime_seconds, job)'),
        variable('instance', 'label_values(eyrie_uptime_seconds{job=~"$job"}, instance)'),
      ],
    },
    panels,
  };
}

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const source = { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' };

function variable(name: string, query: string): object {
  return {
    ...{ name, type: 'query', datasource: DATASOURCE, query: { query, refId: name }, refresh: 2 },
    ...{ includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
  };
}

function panelJson({ title, what, kind, unit, queries }: Panel, id: number, gridPos: object): object {
  return {
    ...{ id, title, description: what, type: kind, datasource: DATASOURCE, gridPos },
    fieldConfig: { defaults: { unit }, overrides: [] },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { displayMode: 'list', placement: 'bottom' } },
    targets: queries.map(([expr, legendFormat], i) => ({
      ...{ refId: String.fromCharCode(65 + i), datasource: DATASOURCE, expr, legendFormat },
    })),
  };
}

function stat(title: string, what: string, unit: string, expression: string): Panel {
  return { title, what, unit, kind: 'stat', width: 4, queries: [[expression, '']] };
}

function graph(title: string, what: string, unit: string, queries: Panel['queries']): Panel {
  return { title, what, unit, kind: 'timeseries', width: 12, queries };
}
