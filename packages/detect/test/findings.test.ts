// What is reported of findings to those who follow them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Finding, Findings, type FindingsOptions, type RuleSeverity } from '@eyrie/detect';
import { RULES } from '../src/rules/index.ts';
import { START } from './support.ts';

const FINDINGS_MAX = 10_000;

function made(options: FindingsOptions = {}) {
  const findings = new Findings(options);
  const add = (key: string, after: number, severity: RuleSeverity = 'medium'): void => {
    const ends = { source: key, target: '', summary: key };
    findings.add(RULES[0]!, { key, time: START + after, confidence: 1, severity, ...ends });
  };
  return { findings, add };
}

const namesOf = (found: readonly Finding[]) => found.map(({ source, count }) => [source, count]);

describe('the findings that changed', () => {
  it('are the new and the repeated ones since the last call, the most severe first', () => {
    const { findings, add } = made();
    add('a', 0);
    add('b', 1, 'high');
    assert.deepEqual(namesOf(findings.takeChanged()), [
      ['b', 1],
      ['a', 1],
    ]);
    assert.deepEqual(findings.takeChanged(), []);
    add('a', 2);
    add('a', 3);
    assert.deepEqual(namesOf(findings.takeChanged()), [['a', 3]]);
    assert.equal(findings.list().length, 2);
  });

  it('hold the last of an old one, and the new one of its key after a quiet period', () => {
    const { findings, add } = made({ quietS: 60 });
    for (const after of [0, 30, 1000]) add('a', after);
    assert.deepEqual(namesOf(findings.takeChanged()), [
      ['a', 2],
      ['a', 1],
    ]);
  });

  it('hold no evicted one, so that they are bounded though nobody takes them', () => {
    const { findings, add } = made();
    for (let i = 0; i < FINDINGS_MAX + 100; i++) add(`k${i}`, i);
    const changed = findings.takeChanged();
    assert.equal(changed.length, FINDINGS_MAX);
    assert.equal(changed[0]?.source, 'k100');
  });
});
