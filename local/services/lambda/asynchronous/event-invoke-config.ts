import { z } from 'zod';
import { qualifiedFunctionName } from '../function-name.ts';

const destination = z.object({
  Destination: z.string().regex(/^arn:[^:]+:lambda:[^:]+:\d+:function:/, {
    error: 'is not a function: the local runner supports no other destinations',
  }),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
export const eventInvokeConfigProperties = z.object({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(21_600).default(21_600),
  MaximumRetryAttempts: z.coerce.number().int().min(0).max(2).default(2),
  DestinationConfig: z.object({ OnSuccess: destination.optional(), OnFailure: destination.optional() }).default({}),
});

/** How a function, version or alias handles asynchronous invocations. */
export interface EventInvokeConfig {
  readonly maxAgeMs: number;
  readonly maxRetries: number;
  /** ARNs of functions. */
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
}

/** Of functions that have none: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const DEFAULT_EVENT_INVOKE_CONFIG: EventInvokeConfig = { maxAgeMs: 21_600_000, maxRetries: 2 };

/** The function, version or alias that a configuration is for, as `<name>:<version or alias>`, and the configuration. */
export function eventInvokeConfig(
  properties: z.output<typeof eventInvokeConfigProperties>,
): readonly [qualifiedName: string, config: EventInvokeConfig] {
  const { FunctionName, Qualifier, MaximumEventAgeInSeconds, MaximumRetryAttempts, DestinationConfig } = properties;
  return [
    `${qualifiedFunctionName(FunctionName)}:${Qualifier}`,
    {
      maxAgeMs: MaximumEventAgeInSeconds * 1000,
      maxRetries: MaximumRetryAttempts,
      onSuccess: DestinationConfig.OnSuccess?.Destination,
      onFailure: DestinationConfig.OnFailure?.Destination,
    },
  ];
}
