import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { explain } from '../assembly/explain.ts';
import { loadAssembly } from '../assembly/load-assembly.ts';
import { restApiDefinition } from './api-gateway/rest-api-of-parts.ts';
import { synthesizeCdkApp } from './cdk-app-fixture.ts';
import { created, provider } from './provider.ts';
import { servicesFixture, temporaryFolder } from './services-fixture.ts';

const CLUSTER_ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/stream/1';

const anything = z.looseObject({});
const cluster = provider('a stand-in', anything, () => created(CLUSTER_ARN, { Arn: CLUSTER_ARN }));
const topic = provider('a stand-in', anything, () => created('topic'));

it('a synthesized CDK app becomes definitions of functions, routes, mappings and a site', async () => {
  const stacks = loadAssembly(synthesizeCdkApp(temporaryFolder()));
  const aws = servicesFixture({
    databasePassword: 'published-password',
    invoke: (_, respond) =>
      respond({ PhysicalResourceId: 'id', Data: { BootstrapBrokerStringSaslIam: 'localhost:9' } }),
  });
  expect(explain(stacks, aws.services)).toContain(' 0 unknown');
  const database = provider('a stand-in', anything, ({ MasterUsername }) => {
    const master = { username: String(MasterUsername), password: 'random' };
    aws.rds.databases.set('db', {
      identifier: 'db',
      label: 'things',
      name: 'things',
      port: 1234,
      master,
      users: new Map(),
    });
    return created('db', { 'Endpoint.Port': '1234' });
  });
  await aws.deploy(stacks, {
    'AWS::MSK::Cluster': cluster,
    'AWS::MSK::Topic': topic,
    'AWS::RDS::DBInstance': database,
  });

  const functions = [...aws.lambda.functions.values()].map(({ definition }) => definition);
  const listThings = functions.find(({ label }) => label === 'list-things');
  const secretArn = aws.secretsManager.store.get('things/clerk').arn;
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

  expect(functions.find(({ label }) => label === 'guard')?.name).toBe('app-dev-guard');
  const liveArn = `${listThings?.arn}:live`;
  expect(Object.fromEntries(aws.lambda.versions)).toMatchObject({
    'app-dev-list-things:1': '1',
    'app-dev-list-things:live': '1',
    'app-dev-guard:live': '1',
  });
  expect([...aws.rds.parameters.values()]).toEqual([{ log_min_duration_statement: '1000' }]);

  const role = aws.iam.principals.find(listThings?.credentials.accessKeyId ?? '')?.principal;
  expect(role?.arn).toMatch(/^arn:aws:iam::000000000000:role\/Api-ListThingsServiceRole/);
  expect(JSON.stringify([...aws.iam.policies.rolePolicies(role?.name ?? '')])).toContain('arn:aws:s3:::things-files/*');

  expect(aws.eventSourceMappings.mappings).toEqual([
    {
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      eventSourceArn: CLUSTER_ARN,
      enabled: true,
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
      filterPatterns: [],
      pollers: { minimum: 1, maximum: 2 },
      onFailureTopic: 'failed-events',
    },
  ]);

  expect([...aws.eventBridge.schedules.values()]).toEqual([
    {
      ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/nightly',
      recurrence: { intervalMs: 86_400_000 },
      targets: [{ functionArn: liveArn }],
    },
  ]);

  const [api] = [...aws.apiGateway.restApis.values()].map(restApiDefinition);
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
  expect([...aws.cloudFront.distributions.values()]).toEqual([
    {
      listener: { name: 'Distribution', port: 0 },
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: {
          type: 'bucket',
          bucket: siteBucket,
          signedFor: expect.stringMatching(/:distribution\/E[0-9A-F]{13}$/),
        },
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
          origin: { type: 'api', restApiId: api?.id },
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        },
      ],
    },
  ]);

  const buckets = aws.s3.store.buckets().map(({ name }) => name);
  expect(buckets).toEqual([siteBucket, 'things-files']);
  const [site = ''] = buckets;
  expect(await aws.s3.keys(site, '')).toEqual(['app/config.json', 'app/index.html']);
  const config = await aws.s3.getObject(site, 'app/config.json');
  expect(config?.contentType).toBe('application/json');
  expect(config && (await json(config.body))).toEqual({
    api: `https://${api?.id}.execute-api.us-east-1.amazonaws.com/dev/`,
    quoted: `"${site}"`,
  });

  expect(JSON.parse(await aws.secretsManager.readSecret('things/clerk', 'AWSCURRENT'))).toEqual({
    username: 'clerk',
    password: 'published-password',
    engine: 'postgres',
    host: '127.0.0.1',
    port: 1234,
    dbname: 'things',
    dbInstanceIdentifier: 'db',
  });
  expect(aws.rds.databases.get('db')).toMatchObject({
    master: { username: 'master' },
    users: new Map([['clerk', { username: 'clerk', password: 'published-password' }]]),
  });

  const invoked = aws.invocations.map(({ event }) => String(event.ResourceType)).sort();
  expect(invoked).toEqual(['Custom::AWS', 'Custom::S3AutoDeleteObjects', 'Custom::Trigger']);
  expect(functions.map(({ codeDir }) => basename(codeDir)).filter((name) => name.endsWith('.zip'))).toEqual([]);
});
