// Ladder diagram of a conversation: an arrow for each packet between two lifelines. Arrow keys move, Enter opens the packet.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { End, FlowSegment } from '../../api/types.ts';
import { withPort } from '../../format/addresses.ts';
import { count } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { type Step, stepsOf } from './steps.ts';

/** Rows rendered initially; more on demand. */
const DRAWN = 300;

interface Props {
  segments: readonly FlowSegment[];
  client: End;
  server: End;
  linkOf: (packet: FlowSegment) => string;
}

export function Ladder({ segments, client, server, linkOf }: Props) {
  const [drawn, setDrawn] = useState(DRAWN);
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const steps = useMemo(() => stepsOf(segments), [segments]);
  const ends = [withPort(client.address, client.port), withPort(server.address, server.port)];
  const onKey = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      Home: 0,
      End: Math.min(drawn, steps.length) - 1,
    };
    const next = moves[event.key];
    if (next === undefined || next < 0 || next >= Math.min(drawn, steps.length)) return;
    event.preventDefault();
    setCurrent(next);
    list.current?.querySelectorAll<HTMLElement>('a')[next]?.focus();
  };
  return (
    <div class="ladder">
      <div class="ladder-ends" aria-hidden="true">
        <span>Seconds</span>
        <span class="mono">{ends[0]}</span>
        <span class="mono">{ends[1]}</span>
        <span>No.</span>
      </div>
      <ol ref={list} class="ladder-steps" aria-label="Packets in order" onKeyDown={onKey}>
        {steps.slice(0, drawn).map((step, i) => (
          <Line
            key={step.packet.id}
            step={step}
            sender={ends[step.packet.side]!}
            href={linkOf(step.packet)}
            isCurrent={i === current}
            onFocus={() => setCurrent(i)}
          />
        ))}
      </ol>
      {steps.length > drawn && (
        <button type="button" class="button ladder-more" onClick={() => setDrawn(drawn * 2)}>
          Show more of the {count(steps.length)} packets
        </button>
      )}
    </div>
  );
}

interface LineProps {
  step: Step;
  sender: string;
  href: string;
  isCurrent: boolean;
  onFocus: () => void;
}

function Line({ step: { packet, since, pause, text, tone }, sender, href, isCurrent, onFocus }: LineProps) {
  return (
    <li>
      {pause > 0 && (
        <div class="ladder-pause">
          <span>{duration(pause)} later</span>
        </div>
      )}
      <a
        class={`ladder-step side-${packet.side} tone-${tone}`}
        href={href}
        tabIndex={isCurrent ? 0 : -1}
        title={`${text}\nOpens packet ${count(packet.number)}`}
        onFocus={onFocus}
      >
        <span class="num">{since}</span>
        <span class="ladder-arrow">
          <span class="sr">from {sender}: </span>
          <span class="ladder-text">{text}</span>
        </span>
        <span class="num">{count(packet.number)}</span>
      </a>
    </li>
  );
}
