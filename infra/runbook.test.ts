import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neededQuota } from './config/concurrency.ts';
import { STAGES } from './config/stage.ts';
import { RUNBOOK } from './constructs/observability/alarms/operator-alarm.ts';
import { STAGE_CONTEXTS } from './example-contexts.ts';
import { alarmsIn } from './testing/alarms.ts';
import { templatesOf } from './testing/templates.ts';

const alarms = Object.values(STAGE_CONTEXTS).flatMap((context) => alarmsIn(...Object.values(templatesOf(context))));
const page = readFileSync(new URL(`../${RUNBOOK}`, import.meta.url), 'utf8');
const sections = sectionsUnder(page, 'Alarms');

/** How texts put a threshold, by heading. The thresholds that are left out are 0 or 1: whether it happened at all. */
const STATED_THRESHOLDS: Readonly<Record<string, (threshold: number, text: string) => string>> = {
  'api-5xx': (percent) => ` ${percent} %`,
  'api-latency': (ms) => ` ${ms / 1000} s `,
  'function-errors': (times) => `at least ${times} times`,
  'outbox-age': (seconds) => ` ${seconds / 60} minutes`,
  'move-standstill': (seconds) => ` ${seconds / 60} minutes`,
  'consumer-lag': (records) => ` ${records} records`,
  'shard-cpu': (percent) => ` ${percent} %`,
  // A share of what the instance has, which the text is made with.
  'shard-storage': (_bytes, text) => / \d+ %/.exec(text)?.[0] ?? 'no percentage',
  'shard-connections': (_count, text) => / \d+ %/.exec(text)?.[0] ?? 'no percentage',
  'kafka-disk': (percent) => ` ${percent} %`,
};

describe('every alarm', () => {
  it('is called after its stage, has a text that ends in a heading of the runbook, and fits into CloudWatch', () => {
    expect(alarms.length).toBeGreaterThan(60);
    for (const { name, text, heading } of alarms) {
      expect(name).toMatch(/^orderflow-(dev|prod)-[a-z0-9-]+$/);
      expect(heading, `the text of ${name}: ${text}`).toBeDefined();
      expect(text.length, name).toBeLessThanOrEqual(1024);
    }
  });

  it('bears its heading in its name, so that the one is found by the other', () => {
    for (const { name, heading } of alarms) {
      expect(name.replace(/^orderflow-(dev|prod)-/, '')).toMatch(new RegExp(`^${heading}(-|$)`));
    }
  });

  it.each(Object.entries(STATED_THRESHOLDS))(
    '%s states its threshold in its text and in the runbook',
    (heading, state) => {
      const stated = alarms.filter((alarm) => alarm.heading === heading);
      expect(stated).not.toHaveLength(0);
      for (const alarm of stated) {
        const words = state(alarm.properties.Threshold, alarm.text);
        expect(alarm.text).toContain(words);
        expect(sections.get(heading)?.trim().split('\n')[0]).toContain(words);
      }
    },
  );

  it('with a threshold other than 0 or 1 is among those that state it', () => {
    const unstated = alarms.filter(({ heading = '' }) => !(heading in STATED_THRESHOLDS));
    expect(unstated.filter(({ properties }) => properties.Threshold > 1).map(({ name }) => name)).toEqual([]);
  });

  it('stands in the runbook', () => {
    expect([...new Set(alarms.map(({ heading }) => heading))].sort()).toEqual([...sections.keys()].sort());
  });
});

describe('the runbook', () => {
  it('says how many concurrent executions each stage needs', () => {
    const [dev, prod] = [STAGES.dev, STAGES.prod].map(neededQuota);
    const [row] = page.match(/^\| Lambda, concurrent executions \|.*$/m) ?? [];
    expect(row).toContain(`| dev ${dev}, prod ${prod} (`);
  });

  it.each([...sections])('says what %s means, and three things to check', (_heading, text) => {
    expect(text).toMatch(/^\n+[A-Z`].*\.\n/);
    expect(text.match(/^\d\. \S.*$/gm)).toHaveLength(3);
  });
});

/** The texts of the third level under a heading of the second one, by their own heading. */
function sectionsUnder(markdown: string, heading: string): Map<string, string> {
  const [, part = ''] = markdown.split(new RegExp(`^## ${heading}$`, 'm'));
  const [whole = ''] = part.split(/^## /m);
  return new Map(
    whole
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')).trim(), section.slice(section.indexOf('\n'))]),
  );
}
