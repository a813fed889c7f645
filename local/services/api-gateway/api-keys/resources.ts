import { z } from 'zod';
import type { Log } from '../../../../tooling/log.ts';
import { resourceHash } from '../../physical-names.ts';
import { boolean, created, notSupported, provider, REPLACED, type ResourceProviders } from '../../provider.ts';
import { register } from '../../register.ts';
import { required } from '../../service.ts';
import { ACCOUNT_RATE } from '../throttling/rate.ts';
import type { UsagePlans } from './usage-plans.ts';

/** In the template, the month and the week may begin with some requests counted: `Offset`. */
const noOffset = z.literal(0, 'only 0 is supported by the local runner').optional();

const throttle = z
  .object({ RateLimit: z.coerce.number().optional(), BurstLimit: z.coerce.number().optional() })
  .transform(({ RateLimit, BurstLimit }) => ({
    perSecond: RateLimit ?? ACCOUNT_RATE.perSecond,
    burst: BurstLimit ?? ACCOUNT_RATE.burst,
  }));

/**
 * API keys and usage plans.
 *
 * @param usagePlans collects them
 * @param log tells the values of keys that the template leaves open
 */
export const apiKeyResources = (usagePlans: UsagePlans, log: Pick<Log, 'info'>): ResourceProviders => ({
  'AWS::ApiGateway::ApiKey': provider(
    'a key that requests may have to name',
    z.object({
      Enabled: boolean.default(false),
      Value: z.string().min(20, 'must have at least 20 characters').max(128).optional(),
      StageKeys: notSupported,
    }),
    ({ Enabled: enabled, Value }, request) => {
      const id = resourceHash(request, 10);
      const value = Value ?? resourceHash(request, 40);
      const remove = register(usagePlans.keys, id, { id, value, enabled });
      if (Value === undefined) log.info('API key %s: %s', request.logicalId, value);
      return created(id, { APIKeyId: id }, remove);
    },
    REPLACED,
  ),

  'AWS::ApiGateway::UsagePlan': provider(
    'limits for the holders of keys',
    z.object({
      ApiStages: z.array(z.object({ ApiId: z.string(), Stage: z.string(), Throttle: notSupported })).default([]),
      Throttle: throttle.optional(),
      Quota: z
        .object({ Limit: z.coerce.number(), Period: z.enum(['DAY', 'WEEK', 'MONTH']), Offset: noOffset })
        .optional(),
    }),
    ({ ApiStages, Throttle, Quota }, request) => {
      const id = resourceHash(request, 6);
      const remove = register(usagePlans.plans, id, {
        stages: ApiStages.map(({ ApiId: apiId, Stage: stage }) => ({ apiId, stage })),
        throttle: Throttle,
        quota: Quota && { limit: Quota.Limit, period: Quota.Period },
      });
      return created(id, { Id: id }, remove);
    },
    REPLACED,
  ),

  'AWS::ApiGateway::UsagePlanKey': provider(
    'a key of a usage plan',
    z.object({ KeyId: z.string(), KeyType: z.literal('API_KEY'), UsagePlanId: z.string() }),
    ({ KeyId, UsagePlanId }) => {
      required(usagePlans.keys.get(KeyId), `API key ${KeyId}`);
      required(usagePlans.plans.get(UsagePlanId), `usage plan ${UsagePlanId}`);
      const id = `${KeyId}:${UsagePlanId}`;
      const remove = register(usagePlans.keysOfPlans, id, { planId: UsagePlanId, keyId: KeyId });
      return created(id, { Id: id }, remove);
    },
    REPLACED,
  ),
});
