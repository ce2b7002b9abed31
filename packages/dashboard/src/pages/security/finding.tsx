// One finding: summary, reasons, evidence and recommended action.
import type { ComponentChildren } from 'preact';
import type { FindingRow } from '../../api/types.ts';
import { addressOfTarget, evidenceFilter, gradeOf } from '../../findings.ts';
import { count, percent } from '../../format/numbers.ts';
import { dayAndClock, duration } from '../../format/time.ts';
import { nameAmongOthers } from '../../state/captures.ts';
import { ofAddress } from '../../state/expression.ts';
import { linkTo } from '../../state/navigation.ts';
import { Grade } from '../../ui/grade.tsx';
import { Icon } from '../../ui/icons.tsx';
import { MeshTime } from '../../ui/mesh-moment.tsx';

export function FindingCard({ finding }: { finding: FindingRow }) {
  const { detail, time, last, address, capture } = finding;
  const ofCapture = nameAmongOthers(capture);
  const seconds = time === null ? 0 : Number(last) - Number(time);
  return (
    <article class="finding-card" aria-label={finding.message}>
      <header>
        <Grade of={gradeOf(finding)} />
        <h3>{finding.group}</h3>
      </header>
      <p class="finding-summary">{detail?.summary ?? finding.message}</p>
      <dl class="facts">
        <Fact name="Seen">
          {time === null ? '–' : dayAndClock(time)}
          {seconds >= 1 && <span class="quiet"> for {duration(seconds)}</span>}
        </Fact>
        {finding.mesh_time !== null && (
          <Fact name="Mesh time">
            <MeshTime of={finding.mesh_time} />
          </Fact>
        )}
        <Fact name="Count">{count(finding.count)}</Fact>
        {finding.protocol !== '' && <Fact name="Protocol">{finding.protocol}</Fact>}
        {ofCapture !== null && <Fact name="Capture">{ofCapture}</Fact>}
        {detail !== null && <Fact name="Confidence">{percent(detail.confidence)}</Fact>}
        {detail?.technique != null && (
          <Fact name="Technique">
            {detail.technique.name} <span class="quiet mono">{detail.technique.id}</span>
          </Fact>
        )}
        {address !== null && (
          <Fact name="Source">
            <Host address={address}>{address}</Host>
          </Fact>
        )}
        {detail !== null && detail.target !== '' && (
          <Fact name="Target">
            <Host address={addressOfTarget(detail.target)}>{detail.target}</Host>
          </Fact>
        )}
        {detail !== null && <Fact name="Rule">{detail.rule}</Fact>}
      </dl>
      {detail !== null && <p class="finding-advice">{detail.advice}</p>}
      <Links finding={finding} />
    </article>
  );
}

/** To what the finding is about: its evidence, and what else the source did. */
function Links({ finding }: { finding: FindingRow }) {
  const { detail, address, capture, count: times } = finding;
  const found = openPorts(finding);
  return (
    <p class="finding-links">
      <a class="button" href={linkTo('packets', '', { q: evidenceFilter(finding), capture })}>
        <Icon name="packets" /> {(detail?.frames.length ?? times) > 1 ? 'Packets' : 'Packet'}
      </a>
      {found !== null && (
        <a
          class="button"
          href={linkTo('packets', '', { q: found, capture, view: { values: 'tcp.srcport' } })}
        >
          <Icon name="find" /> Open ports
        </a>
      )}
      {address !== null && (
        <a
          class="button"
          href={linkTo('flows', '', { q: ofAddress(address), capture })}
          title="Flows of the source"
          aria-label="Flows of the source"
        >
          <Icon name="flows" /> Flows
        </a>
      )}
    </p>
  );
}

/** Display filter for how the ports that a scan found open answered it; null: it is about something else. */
function openPorts({ detail, address }: FindingRow): string | null {
  const target = addressOfTarget(detail?.target ?? '');
  if (detail?.rule !== 'port-scan' || address === null || target === null) return null;
  return `${ofAddress(target, 'src')} && ${ofAddress(address, 'dst')} && tcp.flags.syn == 1 && tcp.flags.ack == 1`;
}

function Host({ address, children }: { address: string | null; children: ComponentChildren }) {
  if (address === null) return <>{children}</>;
  return (
    <a class="mono" href={linkTo('hosts', address, { q: '' })}>
      {children}
    </a>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="num">{children}</dd>
    </div>
  );
}
