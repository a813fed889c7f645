import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { CreateBucketCommand, DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { deploy } from '../assembly/deploy.ts';
import { explain } from '../assembly/explain.ts';
import { loadAssembly } from '../assembly/load-assembly.ts';
import type { ProviderRegistry } from '../assembly/resource-provider.ts';
import { restApiDefinition } from './api-gateway/resources.ts';
import { synthesizeCdkApp } from './cdk-app-fixture.ts';
import type { RunnerContext } from './context.ts';
import { contextFixture, temporaryFolder } from './context-fixture.ts';
import { registry } from './index.ts';
import { created, provider } from './provider.ts';

const CLUSTER_ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/stream/1';

/** The registry, with stand-ins for the resources that start servers. */
const withoutEngines: ProviderRegistry<RunnerContext> = {
  providerOf: (declaration) => engines[declaration.Type] ?? registry.providerOf(declaration),
};
const anything = z.looseObject({});
const engines: Record<string, ReturnType<ProviderRegistry<RunnerContext>['providerOf']>> = {
  'AWS::MSK::Cluster': provider('a stand-in', anything, () => created(CLUSTER_ARN, { Arn: CLUSTER_ARN })),
  'AWS::MSK::Topic': provider('a stand-in', anything, () => created('topic')),
  'AWS::RDS::DBInstance': provider('a stand-in', anything, (properties, { context }) => {
    const database = {
      identifier: 'db',
      name: 'things',
      port: 1234,
      masterUsername: String(properties.MasterUsername),
    };
    context.databases.set('db', { ...database, users: [] });
    return created('db');
  }),
};

it('a synthesized CDK app becomes definitions of functions, routes, mappings and a site', async () => {
  const stacks = loadAssembly(synthesizeCdkApp(temporaryFolder()));
  expect(explain(stacks, registry)).toContain(' 0 unknown');

  const { context, functions, qualifiers, invocations } = contextFixture({
    stacks,
    databasePassword: 'published-password',
    invoke: (_, answer) => answer({ PhysicalResourceId: 'id', Data: { BootstrapBrokerStringSaslIam: 'localhost:9' } }),
  });
  const s3 = mockClient(context.s3);
  s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'app/old.js' }, { Key: 'app/index.html' }] });
  await deploy(stacks, withoutEngines, context);

  const listThings = functions.get('list-things');
  const secretArn = context.secrets.get('things/clerk').arn;
  expect(listThings).toMatchObject({
    name: 'app-dev-list-things',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:app-dev-list-things',
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 3,
    memoryMb: 128,
    reservedConcurrency: 5,
    logFormat: 'JSON',
    environment: { BUCKET: 'things-files', BROKERS: 'localhost:9', SECRET: secretArn },
  });
  expect(readdirSync(listThings?.codeDir ?? '')).toEqual(['index.mjs']);

  expect(functions.get('guard')?.name).toBe('app-dev-guard');
  const liveArn = `${listThings?.arn}:live`;
  expect(Object.fromEntries(qualifiers)).toMatchObject({
    'app-dev-list-things:1': '1',
    'app-dev-list-things:live': '1',
    'app-dev-guard:live': '1',
  });
  expect([...context.postgresParameters.values()]).toEqual([{ log_min_duration_statement: '1000' }]);

  const role = context.principals.find(listThings?.credentials.accessKeyId ?? '')?.principal;
  expect(role?.arn).toMatch(/^arn:aws:iam::000000000000:role\/Api-ListThingsServiceRole/);
  expect(JSON.stringify(context.policies.documentsOf(role?.name ?? ''))).toContain('arn:aws:s3:::things-files/*');

  expect(context.eventSourceMappings).toEqual([
    {
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      eventSourceArn: CLUSTER_ARN,
      functionArn: liveArn,
      topic: 'events',
      consumerGroupId: 'things',
      batchSize: 10,
      batchingWindowSeconds: 0.5,
      startingPosition: 'TRIM_HORIZON',
      maximumRetryAttempts: 3,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: true,
      reportBatchItemFailures: true,
      onFailureTopic: 'failed-events',
    },
  ]);

  expect(context.schedules).toEqual([
    {
      ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/nightly',
      intervalMs: 86_400_000,
      targets: [{ functionArn: liveArn }],
    },
  ]);

  const [api] = [...context.restApis.values()].map(restApiDefinition);
  expect(api).toMatchObject({
    stage: 'dev',
    gatewayResponses: {
      MISSING_AUTHENTICATION_TOKEN: {
        statusCode: 404,
        headers: { 'X-Kind': "'route'" },
        templates: { 'application/json': '{"error":"no such route"}' },
      },
    },
  });
  expect(api?.routes.map(({ httpMethod, resourcePath }) => `${httpMethod} ${resourcePath}`).sort()).toEqual([
    'GET /things',
    'GET /things/{id}',
    'OPTIONS /',
    'OPTIONS /things',
    'OPTIONS /things/{id}',
  ]);
  const integration = { type: 'AWS_PROXY', functionArn: liveArn, timeoutMs: 29_000 };
  expect(api?.routes.filter(({ httpMethod }) => httpMethod === 'GET')).toEqual([
    {
      httpMethod: 'GET',
      resourcePath: '/things/{id}',
      integration,
      authorizer: {
        id: expect.any(String),
        type: 'TOKEN',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:app-dev-guard:live',
        identitySources: [{ from: 'header', name: 'Authorization' }],
        identityValidation: /^(?:Bearer .+)$/,
        resultTtlSeconds: 60,
      },
    },
    { httpMethod: 'GET', resourcePath: '/things', integration },
  ]);

  const siteBucket = expect.stringMatching(/^site-bucket[0-9a-f]+-[0-9a-f]{12}$/);
  expect(context.distributions).toEqual([
    {
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: { type: 'bucket', bucket: siteBucket },
        allowedMethods: ['GET', 'HEAD'],
        responseHeadersPolicy: {
          added: [
            { name: 'Content-Security-Policy', value: "default-src 'self'", override: true },
            { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
            { name: 'X-Frame-Options', value: 'DENY', override: true },
            { name: 'Referrer-Policy', value: 'no-referrer', override: false },
            { name: 'Strict-Transport-Security', value: 'max-age=86400; includeSubDomains', override: true },
            { name: 'X-XSS-Protection', value: '1; mode=block', override: true },
            { name: 'X-Site', value: 'things', override: false },
          ],
          removed: ['Server'],
        },
      },
      behaviors: [
        {
          pathPattern: '/things/*',
          origin: { type: 'api' },
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        },
      ],
    },
  ]);

  const buckets = s3.commandCalls(CreateBucketCommand).map(({ args }) => args[0].input.Bucket);
  expect(buckets.sort()).toEqual([siteBucket, 'things-files']);
  const uploads = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
  expect(uploads).toEqual([
    expect.objectContaining({ Bucket: siteBucket, Key: 'app/index.html', ContentType: 'text/html' }),
    expect.objectContaining({ Bucket: siteBucket, Key: 'app/config.json', ContentType: 'application/json' }),
  ]);
  expect(JSON.parse(String(uploads[1]?.Body))).toEqual({
    api: `https://${api?.id}.execute-api.us-east-1.amazonaws.com/dev/`,
    quoted: `"${uploads[1]?.Bucket}"`,
  });
  const deletions = s3.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects);
  expect(deletions).toEqual([[{ Key: 'app/old.js' }]]);

  expect(JSON.parse(await context.readSecret('things/clerk', 'AWSCURRENT'))).toEqual({
    username: 'clerk',
    password: 'published-password',
    engine: 'postgres',
    host: 'localhost',
    port: 1234,
    dbname: 'things',
    dbInstanceIdentifier: 'db',
  });
  expect(context.databases.get('db')).toMatchObject({
    masterUsername: 'master',
    users: [{ username: 'clerk', password: 'published-password' }],
  });

  const invoked = invocations.map(({ event }) => String(event.ResourceType)).sort();
  expect(invoked).toEqual(['Custom::AWS', 'Custom::S3AutoDeleteObjects', 'Custom::Trigger']);
  expect(
    [...functions.values()].map(({ codeDir }) => basename(codeDir)).filter((name) => name.endsWith('.zip')),
  ).toEqual([]);
});
