import { z } from 'zod';
import { boolean } from '../../provider.ts';
import { ACCOUNT_RATE, type Rate } from './rate.ts';

/** The settings of a stage for all of its methods (`/*`, `*`) or for one. */
export const methodSettings = z
  .array(
    z.object({
      HttpMethod: z.string().default('*'),
      /** Slashes within the path are written `~1`: `/~1api~1orders`. */
      ResourcePath: z.string().default('/*'),
      ThrottlingRateLimit: z.coerce.number().optional(),
      ThrottlingBurstLimit: z.coerce.number().optional(),
      CachingEnabled: boolean
        .optional()
        .refine((enabled) => enabled !== true, 'responses are not cached by the local runner'),
    }),
  )
  .default([]);

export type MethodSettings = z.output<typeof methodSettings>;

/**
 * How many requests a method takes, by the settings of its stage; undefined when they do not say, as with a negative limit.
 * What the settings of the method leave open, those for all methods decide; after them, the account's limit.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
 */
export function throttleOf(
  { resourcePath, httpMethod }: { readonly resourcePath: string; readonly httpMethod: string },
  settings: MethodSettings,
): Rate | undefined {
  const path = resourcePath === '/' ? '/' : `/${resourcePath.replaceAll('/', '~1')}`;
  const applying = [[path, httpMethod] as const, [path, '*'] as const, ['/*', '*'] as const].flatMap(
    ([onPath, onMethod]) => settings.filter((each) => each.ResourcePath === onPath && each.HttpMethod === onMethod),
  );
  const limit = (name: 'ThrottlingRateLimit' | 'ThrottlingBurstLimit') =>
    applying.map((each) => each[name]).find((value) => value !== undefined && value >= 0);
  const [perSecond, burst] = [limit('ThrottlingRateLimit'), limit('ThrottlingBurstLimit')];
  if (perSecond === undefined && burst === undefined) return undefined;
  return { perSecond: perSecond ?? ACCOUNT_RATE.perSecond, burst: burst ?? ACCOUNT_RATE.burst };
}
