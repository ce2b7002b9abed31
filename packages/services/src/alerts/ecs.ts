// A finding in the field names of the Elastic Common Schema (ECS 8), as the honeypot's events are.
import { isIP } from 'node:net';
import { SEVERITIES } from '@eyrie/detect';
import type { FindingDetail, FindingRow } from '@eyrie/store';

export type RuleFinding = FindingRow & { readonly detail: FindingDetail };

export function isOfRule(finding: FindingRow): finding is RuleFinding {
  return finding.finder === 'rule' && finding.detail != null;
}

/** Fields without a value are left out by JSON. */
export function findingToEcs(finding: RuleFinding, capture: string): object {
  const { detail, group, address, count, time, last } = finding;
  const { rule, severity, confidence, summary, technique, advice, frames, streams } = detail;
  const target = endpointIn(detail.target);
  return {
    '@timestamp': new Date(1000 * time).toISOString(),
    'ecs.version': '8.17.0',
    'event.kind': 'alert',
    'event.category': ['intrusion_detection'],
    'event.dataset': 'eyrie.findings',
    'event.severity': SEVERITIES.indexOf(severity),
    'event.start': new Date(1000 * time).toISOString(),
    'event.end': new Date(1000 * (last ?? time)).toISOString(),
    'event.reason': summary,
    'rule.id': rule,
    'rule.name': group,
    'threat.technique.id': technique?.id,
    'threat.technique.name': technique?.name,
    'source.ip': address !== null && isIP(address) !== 0 ? address : undefined,
    'source.mac': address !== null && isIP(address) === 0 ? address : undefined,
    'destination.ip': target?.ip,
    'destination.port': target?.port,
    'eyrie.severity': severity,
    'eyrie.confidence': confidence,
    'eyrie.target': detail.target === '' ? undefined : detail.target,
    'eyrie.count': count,
    'eyrie.advice': advice,
    'eyrie.capture': capture,
    'eyrie.frames': frames,
    'eyrie.streams': streams,
  };
}

/** Of `192.0.2.1:80`, `[2001:db8::1]:80` or an address alone; null of `5 DNS servers`. */
export function endpointIn(target: string): { ip: string; port: number | undefined } | null {
  const [, inBrackets, plain, port] =
    /^(?:\[([^\]]+)\]|([\d.]+)|(?=.*:.*:))(?::(\d{1,5}))?$/.exec(target) ?? [];
  const ip = inBrackets ?? plain ?? target;
  return isIP(ip) === 0 ? null : { ip, port: port === undefined ? undefined : Number(port) };
}
