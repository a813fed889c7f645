import { z } from 'zod';
import { arnOf, qualifiedFunctionArn } from '../../aws-identity.ts';
import { physicalName } from '../physical-names.ts';
import { notSupported } from '../properties.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import { rateMs } from './schedule.ts';

const MAX_RULE_NAME = 64;

const target = z.object({
  Arn: z.string().regex(/:function:/, 'only Lambda functions are supported by the local runner'),
  Input: z.string().optional(),
  InputPath: notSupported,
  InputTransformer: notSupported,
  DeadLetterConfig: notSupported,
});

/** EventBridge: rules that fire at a rate. */
export const eventsProviders: ResourceProviders = {
  'AWS::Events::Rule': provider(
    'a timer that invokes the functions',
    z.object({
      Name: z.string().optional(),
      EventPattern: notSupported,
      ScheduleExpression: z.string(),
      State: z.string().default('ENABLED'),
      Targets: z.array(target).default([]),
    }),
    (rule, request) => {
      const name = rule.Name ?? physicalName(request, MAX_RULE_NAME);
      const ruleArn = arnOf('events', `rule/${name}`);
      const intervalMs = rateMs(rule.ScheduleExpression);
      if (rule.State !== 'DISABLED') {
        const targets = rule.Targets.map(({ Arn, Input }) => ({
          functionArn: qualifiedFunctionArn(Arn),
          ...(Input === undefined ? {} : { input: Input }),
        }));
        request.context.schedules.push({ ruleArn, intervalMs, targets });
      }
      return created(name, { Arn: ruleArn });
    },
  ),
};
