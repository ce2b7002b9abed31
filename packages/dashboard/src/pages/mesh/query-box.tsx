// Queries to the mesh: peers by criteria, or aggregates over all. Matching peers are marked in the tree.
import { useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { MeshAnswer } from '../../api/mesh-types.ts';
import { measured, unitOf } from '../../format/measured.ts';
import { count, percent } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { place, setView } from '../../state/navigation.ts';
import { type Resource, useResource } from '../../state/resource.ts';
import { Panel } from '../../ui/panel.tsx';

const EXAMPLES = [
  '3 peers where cpu.free >= 50% order by latency',
  '5 peers where storage.free > 20GB order by net.free',
  'count, avg(cpu.used), p95(cpu.used) by role',
];

/** The answer to the query in the URL; `data` is null without a query. */
export function useAnswer(): Resource<MeshAnswer> {
  const text = place.value.view.ask ?? '';
  return useResource(
    text === '' ? null : text,
    (signal) => get<MeshAnswer>('/mesh/query', { q: text }, signal),
    false,
  );
}

export function QueryBox({ answer, onOpen }: { answer: Resource<MeshAnswer>; onOpen: (id: string) => void }) {
  const current = place.value.view.ask ?? '';
  const [text, setText] = useState(current);
  const { data, error, isLoading } = answer;
  const ask = (query: string) => {
    setText(query);
    if (query.trim() === current) answer.reload();
    else setView({ ask: query.trim() });
  };
  return (
    <Panel title="Ask the mesh" class="query-box" isStale={isLoading}>
      <form
        class="query-form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(text);
        }}
      >
        <input
          class="field mono"
          aria-label="Query"
          aria-invalid={error !== null}
          placeholder={EXAMPLES[0]}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button button-main">
          Ask
        </button>
      </form>
      {current === '' && (
        <ul class="query-examples">
          {EXAMPLES.map((example) => (
            <li key={example}>
              <button type="button" class="link mono" onClick={() => ask(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
      {error !== null && <p class="odd">{error.message}</p>}
      {data !== null && error === null && current !== '' && <Answer answer={data} onOpen={onOpen} />}
    </Panel>
  );
}

function Answer({ answer, onOpen }: { answer: MeshAnswer; onOpen: (id: string) => void }) {
  return (
    <>
      <p class="quiet num">
        {count(answer.matched)} of {count(answer.looked)} peers match
        {answer.complete < 1 && `, ${percent(answer.complete)} of all were looked at`}
        {answer.away > 0 && `, ${count(answer.away)} away`}
        {answer.readings !== null && `, measured ${duration(answer.readings.ageMs / 1000)} ago`}; answered by{' '}
        {answer.answeredBy} in {duration(answer.tookMs / 1000)}
      </p>
      {answer.problem !== null && <p class="odd">{answer.problem}</p>}
      {answer.kind === 'find' ? <Peers answer={answer} onOpen={onOpen} /> : <Figures answer={answer} />}
    </>
  );
}

const ROWS_MAX = 100;

function Peers({ answer, onOpen }: { answer: MeshAnswer; onOpen: (id: string) => void }) {
  const [first] = answer.peers;
  if (first === undefined) return null;
  const names = Object.keys(first.values);
  const hasDistance = answer.peers.some(({ latencyMs }) => latencyMs !== null);
  return (
    <div class="query-rows">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Peer</th>
            {names.map((name) => (
              <th key={name} scope="col" class="cell-right">
                {name}
              </th>
            ))}
            {hasDistance && (
              <th scope="col" class="cell-right">
                Away
              </th>
            )}
            <th scope="col" class="cell-right">
              Age
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.peers.slice(0, ROWS_MAX).map((peer) => (
            <tr key={peer.id}>
              <td>
                <button type="button" class="link" onClick={() => onOpen(peer.id)}>
                  {peer.id}
                </button>
              </td>
              {names.map((name) => (
                <td key={name} class="cell-right num">
                  {measured(peer.values[name] ?? null, unitOf(name))}
                </td>
              ))}
              {hasDistance && (
                <td class="cell-right num">
                  {peer.isMeasured || peer.latencyMs === null ? '' : '~'}
                  {measured(peer.latencyMs, 'ms')}
                </td>
              )}
              <td class="cell-right num quiet">{duration(peer.ageMs / 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figures({ answer }: { answer: MeshAnswer }) {
  const [first] = answer.groups;
  if (first === undefined) return null;
  const names = Object.keys(first.figures);
  const isGrouped = answer.groups.length > 1 || first.group !== '';
  return (
    <table class="plain">
      <thead>
        <tr>
          {isGrouped && <th scope="col">Group</th>}
          {names.map((name) => (
            <th key={name} scope="col" class="cell-right">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {answer.groups.map(({ group, figures }) => (
          <tr key={group}>
            {isGrouped && <td>{group}</td>}
            {names.map((name) => (
              <td key={name} class="cell-right num">
                {measured(figures[name] ?? null, unitOf(name))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
