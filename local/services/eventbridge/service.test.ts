import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';

const RELAY = 'arn:aws:lambda:us-east-1:000000000000:function:relay';

async function schedulesOf(properties: Record<string, string>, target: Record<string, string> = {}) {
  const { eventBridge, deploy } = servicesFixture();
  const Targets = [{ Id: 'Target0', Arn: RELAY, ...target }];
  const rule = { Type: 'AWS::Events::Rule', Properties: { Name: 'nightly', ...properties, Targets } };
  await deploy([stackOf('app', { Resources: { Rule: rule } })]);
  return [...eventBridge.schedules.values()];
}

describe('a rule of EventBridge', () => {
  it('becomes a schedule of its rate', async () => {
    expect(await schedulesOf({ ScheduleExpression: 'rate(2 hours)', State: 'ENABLED' }, { Input: '{"a":1}' })).toEqual([
      {
        ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/nightly',
        recurrence: { intervalMs: 7_200_000 },
        targets: [{ functionArn: RELAY, input: '{"a":1}' }],
      },
    ]);
  });

  it('that is disabled does not run', async () => {
    expect(await schedulesOf({ ScheduleExpression: 'rate(2 hours)', State: 'DISABLED' })).toEqual([]);
  });

  it.each([
    ['an expression that is no schedule', { ScheduleExpression: 'cron(0 3 * * * *)' }, {}, 'must be ?'],
    ['a pattern of events', { EventPattern: '{}', ScheduleExpression: 'rate(1 day)' }, {}, 'is not supported'],
    [
      'a target that is no function',
      { ScheduleExpression: 'rate(1 day)' },
      { Arn: 'arn:aws:sqs:us-east-1:000000000000:jobs' },
      'only Lambda functions',
    ],
  ])('is refused with %s', async (_, properties, target, message) => {
    await expect(schedulesOf(properties, target)).rejects.toThrow(message);
  });
});
