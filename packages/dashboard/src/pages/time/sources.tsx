// The time servers behind the mesh clock, as judged by its root.
import type { MeshTime, TimeSource } from '../../api/mesh-types.ts';
import { duration } from '../../format/time.ts';
import { Panel } from '../../ui/panel.tsx';
import { Empty } from '../../ui/states.tsx';
import { offsetText } from './texts.ts';

const ROLES: Record<TimeSource['role'], readonly [word: string, badge: string, meaning: string]> = {
  truth: ['counts', 'running', 'the mesh follows it'],
  outlier: ['outlier', 'idle', 'agrees with the others, but has more jitter: not used'],
  falseticker: ['falseticker', 'failed', 'falseticker: disagrees with the majority'],
  unusable: ['unusable', 'idle', 'has given no usable time'],
};

export function Sources({ time }: { time: MeshTime }) {
  const { sources, asked_by: askedBy, peer, problem } = time;
  return (
    <Panel
      title="Time servers"
      class="time-sources"
      note={
        sources.length === 0 || askedBy === null
          ? undefined
          : `asked by ${askedBy === peer ? 'this peer' : askedBy}`
      }
    >
      {sources.length > 0 && <Table sources={sources} />}
      {sources.length === 0 && problem !== null && (
        <p class="odd">
          {askedBy}, which leads the time, does not say what it follows: {problem}
        </p>
      )}
      {sources.length === 0 && problem === null && (
        <Empty icon="time" title="No time servers">
          The peers agree among themselves. <code>[clock] servers</code> in eyrie.toml names servers to
          follow, by NTP or NTS.
        </Empty>
      )}
    </Panel>
  );
}

function Table({ sources }: { sources: readonly TimeSource[] }) {
  return (
    <div class="table-wide">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">State</th>
            <th scope="col" class="cell-right">
              Offset
            </th>
            <th scope="col" class="cell-right">
              Jitter
            </th>
            <th scope="col" class="cell-right">
              Round trip
            </th>
            <th scope="col" class="cell-right">
              Stratum
            </th>
            <th scope="col">Authentication</th>
            <th
              scope="col"
              class="cell-right"
              title="Responses to the last eight polls, the latest on the right"
            >
              Reached
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <Line key={source.host} source={source} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ source }: { source: TimeSource }) {
  const {
    host,
    role,
    is_authenticated: isAuthenticated,
    key_id: key,
    stratum,
    estimate,
    reach,
    fault,
  } = source;
  const [word, badge, meaning] = ROLES[role];
  const span = (ms: number | undefined) => (ms === undefined ? '–' : duration(ms / 1000));
  return (
    <tr>
      <td class="mono">{host}</td>
      <td>
        <span class={`badge badge-${badge}`} title={fault ?? meaning}>
          {word}
        </span>
        {fault !== null && <span class="quiet"> {fault}</span>}
      </td>
      <td class="cell-right num" title={estimate === null ? undefined : `± ${span(estimate.distance_ms)}`}>
        {estimate === null ? '–' : offsetText(estimate.offset_ms)}
      </td>
      <td class="cell-right num">{span(estimate?.jitter_ms)}</td>
      <td class="cell-right num">{span(estimate?.delay_ms)}</td>
      <td class="cell-right num">{stratum ?? '–'}</td>
      <td>{key !== null ? `key ${key}` : isAuthenticated ? 'NTS' : <span class="quiet">none</span>}</td>
      <td class="cell-right">
        <Reach bits={reach} />
      </td>
    </tr>
  );
}

function Reach({ bits }: { bits: number }) {
  const answers = [...bits.toString(2).padStart(8, '0')];
  const text = `${answers.filter((bit) => bit === '1').length} of the last 8 questions were answered`;
  return (
    <span class="reach" role="img" aria-label={text} title={text}>
      {answers.map((bit, i) => (
        <span key={i} class={bit === '1' ? 'reach-yes' : ''} />
      ))}
    </span>
  );
}
