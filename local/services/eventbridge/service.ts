import { z } from 'zod';
import { arnOf } from '../../aws-identity.ts';
import type { InvokeAsync, Lambda } from '../lambda/service.ts';
import { qualifiedFunctionArn } from '../lambda/service.ts';
import { physicalName } from '../physical-names.ts';
import { created, notSupported, parsed, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { type Run, type Service, stopAll } from '../service.ts';
import { recurrenceOf } from './recurrence.ts';
import { type ScheduleDefinition, startSchedule } from './schedule.ts';

const MAX_RULE_NAME = 64;

const target = z.object({
  Arn: z.string().regex(/:function:/, 'only Lambda functions are supported by the local runner'),
  Input: z.string().optional(),
  InputPath: notSupported,
  InputTransformer: notSupported,
  DeadLetterConfig: notSupported,
});

/** EventBridge: rules that fire at a rate or by the calendar. */
export class EventBridge implements Service {
  /** By the ARN of the rule. */
  readonly schedules = new Map<string, ScheduleDefinition>();
  readonly #run: Pick<Run, 'log'>;
  readonly #lambda: Pick<Lambda, 'roleOf' | 'invokeAsync'>;
  readonly #running = new Map<ScheduleDefinition, ReturnType<typeof startSchedule>>();

  constructor(run: Pick<Run, 'log'>, lambda: Pick<Lambda, 'roleOf' | 'invokeAsync'>) {
    this.#run = run;
    this.#lambda = lambda;
  }

  readonly resources: ResourceProviders = {
    'AWS::Events::Rule': provider(
      'a timer that invokes the functions',
      z.object({
        Name: z.string().optional(),
        EventPattern: notSupported,
        ScheduleExpression: parsed(recurrenceOf),
        State: z.string().default('ENABLED'),
        Targets: z.array(target).default([]),
      }),
      (rule, request) => {
        const name = rule.Name ?? physicalName(request, MAX_RULE_NAME);
        const ruleArn = arnOf('events', `rule/${name}`);
        if (rule.State === 'DISABLED') return created(name, { Arn: ruleArn });
        const targets = rule.Targets.map(({ Arn, Input }) => ({
          functionArn: qualifiedFunctionArn(Arn),
          ...(Input === undefined ? {} : { input: Input }),
        }));
        const schedule = { ruleArn, recurrence: rule.ScheduleExpression, targets };
        return created(name, { Arn: ruleArn }, register(this.schedules, ruleArn, schedule));
      },
      REPLACED,
    ),
  };

  /** Starts the schedules that do not run yet, and ends those that are gone. @throws Error when a target is not a function of this run */
  async start(): Promise<void> {
    const schedules = new Set(this.schedules.values());
    for (const { targets } of schedules) for (const { functionArn } of targets) this.#lambda.roleOf(functionArn);
    const log = this.#run.log.child('schedule');
    for (const [schedule, running] of this.#running) {
      if (schedules.has(schedule)) continue;
      await running.stop();
      this.#running.delete(schedule);
    }
    for (const schedule of schedules) {
      if (this.#running.has(schedule)) continue;
      const invokeAsync: InvokeAsync = (...call) => this.#lambda.invokeAsync(...call);
      this.#running.set(schedule, startSchedule({ schedule, invokeAsync, log }));
    }
  }

  async stop(): Promise<void> {
    await stopAll(this.#running.values());
  }
}
