import { z } from 'zod';
import { boolean, notSupported, texts } from '../provider.ts';
import { parseIdentitySources } from './authorizer/identity-sources.ts';
import type { GatewayResponseDefinition, LambdaProxyIntegration, MockIntegration } from './rest-api-definition.ts';
import { methodSettings } from './throttling/method-settings.ts';

/** API Gateway's quota, which AWS raises on request for regional APIs. */
const MAX_TIMEOUT_MS = 29_000;
const DEFAULT_RESULT_TTL_SECONDS = 300;
const GATEWAY_HEADER = 'gatewayresponse.header.';

export const partOfApi = z.object({ RestApiId: z.string() });

export const restApiProperties = z.object({
  BinaryMediaTypes: z.array(z.string()).default([]),
  ApiKeySourceType: z.enum(['HEADER', 'AUTHORIZER']).default('HEADER'),
  EndpointConfiguration: z
    .object({ Types: z.array(z.enum(['REGIONAL', 'EDGE'], 'private APIs are not supported by the local runner')) })
    .optional(),
  DisableExecuteApiEndpoint: boolean
    .optional()
    .refine((disabled) => disabled !== true, 'the API has no address here but its default one'),
  Body: notSupported,
  BodyS3Location: notSupported,
  CloneFrom: notSupported,
  MinimumCompressionSize: notSupported,
  Policy: notSupported,
});

export const stageName = z
  .string()
  .regex(/^[\w-]{1,128}$/, 'may have letters, digits, hyphens and underscores, 128 at most');

export const stageProperties = partOfApi.extend({
  StageName: stageName,
  Variables: texts,
  MethodSettings: methodSettings,
  CanarySetting: notSupported,
});

/** Reads the properties of a gateway response. */
export const gatewayResponseProperties = z
  .object({
    ResponseType: z.string(),
    StatusCode: z.coerce.number().optional(),
    ResponseParameters: texts,
    ResponseTemplates: texts,
  })
  .transform(({ ResponseType: type, StatusCode: statusCode, ResponseParameters, ResponseTemplates: templates }) => {
    const parameters = Object.entries(ResponseParameters);
    const headers = Object.fromEntries(parameters.map(([name, value]) => [name.replace(GATEWAY_HEADER, ''), value]));
    const response: GatewayResponseDefinition = { ...(statusCode !== undefined && { statusCode }), headers, templates };
    return { type, response };
  });

const INVOCATIONS =
  /^arn:aws:apigateway:[^:]*:lambda:path\/2015-03-31\/functions\/([^/]*:function:[^/]+)\/invocations$/;

/** Becomes the function's ARN. */
const invocationUri = z
  .string()
  .regex(INVOCATIONS, 'only invocations of Lambda functions, without streaming, are supported by the local runner')
  .transform((uri) => INVOCATIONS.exec(uri)?.[1] ?? '');

const lambdaIntegration = z
  .object({
    Type: z.literal('AWS_PROXY'),
    Uri: invocationUri,
    IntegrationHttpMethod: z
      .literal('POST', 'must be POST: API Gateway responds with 500 to all requests otherwise')
      .optional(),
    TimeoutInMillis: z.coerce
      .number()
      .min(50)
      .max(MAX_TIMEOUT_MS, `is over ${MAX_TIMEOUT_MS}, the quota of an account`)
      .default(MAX_TIMEOUT_MS),
    Credentials: notSupported,
    ContentHandling: notSupported,
    ResponseTransferMode: z.literal('BUFFERED', 'only BUFFERED is supported by the local runner').optional(),
  })
  .transform(
    ({ Uri: functionArn, TimeoutInMillis: timeoutMs }): LambdaProxyIntegration => ({
      type: 'AWS_PROXY',
      functionArn,
      timeoutMs,
    }),
  );

const mockIntegration = z
  .object({
    Type: z.literal('MOCK'),
    RequestTemplates: texts,
    IntegrationResponses: z
      .array(
        z.object({
          StatusCode: z.coerce.string(),
          SelectionPattern: z.string().optional(),
          ResponseParameters: texts,
          ResponseTemplates: texts,
        }),
      )
      .default([]),
  })
  .transform(
    ({ RequestTemplates, IntegrationResponses }): MockIntegration => ({
      type: 'MOCK',
      requestTemplates: RequestTemplates,
      responses: IntegrationResponses.map(
        ({ StatusCode, SelectionPattern, ResponseParameters, ResponseTemplates }) => ({
          statusCode: StatusCode,
          ...(SelectionPattern === undefined ? {} : { selectionPattern: SelectionPattern }),
          responseParameters: ResponseParameters,
          responseTemplates: ResponseTemplates,
        }),
      ),
    }),
  );

export const methodProperties = partOfApi.extend({
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z
    .enum(['NONE', 'CUSTOM'], 'only Lambda authorizers are supported by the local runner')
    .default('NONE'),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: boolean.default(false),
  RequestValidatorId: z.string().optional(),
  RequestParameters: z.record(z.string(), boolean).default({}),
  RequestModels: texts,
  Integration: z.discriminatedUnion('Type', [lambdaIntegration, mockIntegration]),
});

export const validatorProperties = partOfApi.extend({
  ValidateRequestBody: boolean.default(false),
  ValidateRequestParameters: boolean.default(false),
});

export const modelProperties = partOfApi.extend({
  Name: z.string().optional(),
  Schema: z.record(z.string(), z.unknown()).default({}),
});

export const authorizerProperties = partOfApi
  .extend({
    Type: z.enum(['TOKEN', 'REQUEST'], 'only Lambda authorizers are supported by the local runner'),
    AuthorizerUri: invocationUri,
    AuthorizerCredentials: notSupported,
    AuthorizerResultTtlInSeconds: z.coerce.number().min(0).max(3600).default(DEFAULT_RESULT_TTL_SECONDS),
    IdentitySource: z.string().default('').transform(parseIdentitySources),
    IdentityValidationExpression: z
      .string()
      .transform((expression) => new RegExp(`^(?:${expression})$`))
      .optional(),
  })
  .refine(
    ({ Type, IdentitySource: [source, ...more] }) =>
      Type !== 'TOKEN' || (source?.from === 'header' && more.length === 0),
    'a TOKEN authorizer needs exactly one header as its IdentitySource',
  )
  .refine(
    ({ Type, IdentitySource, AuthorizerResultTtlInSeconds }) =>
      Type !== 'REQUEST' || IdentitySource.length > 0 || AuthorizerResultTtlInSeconds === 0,
    'caching needs an identity source: set IdentitySource, or set AuthorizerResultTtlInSeconds to 0',
  );
