import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { OWN_APP } from '../../tooling/own-app.ts';
import { SPLIT, STAGE_CONTEXTS } from '../example-contexts.ts';
import { readConfig } from './config.ts';
import { personalContextKeys } from './personal-context.ts';
import { STAGES } from './stage.ts';

const { prod: PROD } = STAGE_CONTEXTS;
const ABOUT_SIGN_IN: Record<string, string> = {
  clientId: 'page',
  scopes: 'openid',
  sentToken: 'id',
  issuerOrigins: 'https://tokens.example.com',
};
const JWT = { issuer: 'https://login.example.com/realm', audience: 'orderflow', userClaim: 'user_id' };
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d';

describe('context', () => {
  it('needs nothing: dev without sign-in, a bucket named by CloudFormation, two shards, ten minutes', () => {
    expect(readConfig({})).toEqual({
      stage: STAGES.dev,
      receiptsBucket: undefined,
      shards: DEFAULT_SHARD_MAP,
      confirmationPartitions: 2,
      republishAfterMinutes: 10,
      auth: undefined,
      alarmEmail: undefined,
      lambdaConcurrencyQuota: 1000,
      availabilityZones: undefined,
      siteDomain: undefined,
      webAclArn: undefined,
    });
  });

  it('passes over what belongs to the CDK', () => {
    const written = { 'acknowledged-issue-numbers': [34892], 'cli-telemetry': false };
    const lookup = { 'availability-zones:account=111122223333:region=eu-west-1': ['eu-west-1a'] };
    expect(readConfig({ '@aws-cdk/core:flag': true, ...written, ...lookup }).stage.name).toBe('dev');
  });

  it("passes over what a person's ~/.cdk.json has for other projects, and takes from it what it knows", () => {
    const home = mkdtempSync(join(tmpdir(), 'home-'));
    expect(personalContextKeys(home)).toEqual([]);
    const context = { company: 'acme', republishAfterMinutes: 5 };
    writeFileSync(join(home, '.cdk.json'), JSON.stringify({ profile: 'work', context }));
    expect(readConfig(context, personalContextKeys(home)).republishAfterMinutes).toBe(5);
    expect(() => readConfig({ ...context, team: 'a' }, personalContextKeys(home))).toThrow('Unknown context "team": ');
  });

  it.each([
    ['stag', 'stage'],
    ['receipts-bucket', 'receiptsBucket'],
    ['alarmMail', 'alarmEmail'],
    ['Shards', 'shards'],
  ])('takes "%s" for a misspelt "%s"', (key, meant) => {
    expect(() => readConfig({ [key]: 'x' })).toThrow(`Unknown context "${key}": did you mean "${meant}"?`);
  });

  it('takes a shard map as text, as the command line gives it, and as a list', () => {
    const shards = [{ id: 1, from: 'A', to: 'Z' }];
    expect(readConfig({ shards: JSON.stringify(shards) }).shards).toEqual(shards);
    expect(readConfig({ shards }).shards).toEqual(shards);
  });

  it('takes a next map beside the present one, and as many partitions of confirmations as both need', () => {
    const config = readConfig({ nextShards: JSON.stringify(SPLIT.nextShards) });
    expect(config.shards).toEqual([
      { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
      { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
      { id: 3, next: ['G', 'M'] },
    ]);
    expect(config.confirmationPartitions).toBe(3);
  });

  it('keeps more partitions of confirmations than shards need: Kafka removes none', () => {
    expect(readConfig({ confirmationPartitions: '3' }).confirmationPartitions).toBe(3);
    for (const confirmationPartitions of ['1', '27']) {
      expect(() => readConfig({ confirmationPartitions })).toThrow(
        `Context "confirmationPartitions": must be from 2, the highest id of a shard, to 26; got ${confirmationPartitions}.`,
      );
    }
  });

  it('takes as many different zones as the stage has', () => {
    expect(readConfig({ availabilityZones: 'us-east-1a,us-east-1c' }).availabilityZones).toEqual([
      'us-east-1a',
      'us-east-1c',
    ]);
    for (const availabilityZones of ['us-east-1a', 'us-east-1a,us-east-1a', 'us-east-1a,us-east-1b,us-east-1c']) {
      expect(() => readConfig({ availabilityZones })).toThrow(
        `Context "availabilityZones": dev needs 2 different zones; got "${availabilityZones}".`,
      );
    }
    expect(() => readConfig({ availabilityZones: 'us-east-1' })).toThrow('must be zone names');
  });

  it.each(['kafka.m5.large', 'kafka.m5.24xlarge', 'kafka.m7g.xlarge'])(
    'takes %s for the brokers',
    (kafkaInstanceType) => {
      expect(readConfig({ kafkaInstanceType }).stage.kafka.instanceType).toBe(kafkaInstanceType);
      expect(readConfig({}).stage.kafka.instanceType).toBe('kafka.m7g.large');
    },
  );

  it.each(['kafka.m6g.large', 'kafka.m7g.24xlarge', 'kafka.m5.medium', 'express.m7g.large', 'm7g.large'])(
    'refuses %s for the brokers',
    (kafkaInstanceType) => {
      expect(() => readConfig({ kafkaInstanceType })).toThrow('because MSK runs Kafka 4 on no other Standard broker');
    },
  );

  it('takes a number as text as well', () => {
    expect(readConfig({ republishAfterMinutes: '5' }).republishAfterMinutes).toBe(5);
    expect(readConfig({ republishAfterMinutes: 5 }).republishAfterMinutes).toBe(5);
  });

  it('takes another rate of requests, with the requests of two seconds at once where the stage takes fewer', () => {
    expect(readConfig({}).stage.api).toEqual({ requestsPerSecond: 10, burst: 50 });
    expect(readConfig({ apiRequestsPerSecond: '10' }).stage.api).toEqual({ requestsPerSecond: 10, burst: 50 });
    expect(readConfig({ apiRequestsPerSecond: '400' }).stage.api).toEqual({ requestsPerSecond: 400, burst: 800 });
    expect(() => readConfig({ apiRequestsPerSecond: '0' })).toThrow(
      'Context "apiRequestsPerSecond": must be a whole number of requests, at least 1; got "0".',
    );
  });

  it('of the local run is throttled as an account is, and reserves nothing', () => {
    const { stage } = readConfig(OWN_APP.context);
    expect(stage).toEqual({ ...STAGES.dev, concurrency: undefined, api: { requestsPerSecond: 10_000, burst: 20_000 } });
  });

  it.each(['0', '2.5', 'soon', '', 'true'])('takes no other number of minutes than a whole one: "%s"', (text) => {
    expect(() => readConfig({ republishAfterMinutes: text })).toThrow(
      `Context "republishAfterMinutes": must be a whole number of minutes, at least 1; got ${JSON.stringify(text)}.`,
    );
  });

  it.each([
    [
      { nextShards: DEFAULT_SHARD_MAP.toReversed() },
      'Context "nextShards" is the map that "shards" has already; change it or remove nextShards.',
    ],
    [{ nextShards: [{ id: 1, from: 'A', to: 'M' }] }, 'Context "nextShards": Every user needs exactly one shard, but'],
    [{ nextShards: 'A-M' }, 'Context "nextShards": must be a JSON list such as'],
    [
      { target: 'localstack', ...SPLIT },
      'Context "nextShards" is refused with target=localstack: no users are moved on LocalStack; remove nextShards',
    ],
    [{ environment: 'dev' }, 'Unknown context "environment": the allowed keys are stage, receiptsBucket, shards, '],
    [{ target: 'azure' }, 'Context "target": must be aws or localstack; got "azure".'],
    [{ stage: 'test' }, 'Context "stage": must be dev or prod; got "test".'],
    [{ receiptsBucket: 'Order_Receipts' }, 'Context "receiptsBucket": must be an S3 bucket name'],
    [{ shards: 'A-Z' }, 'Context "shards": must be a JSON list'],
    [{ shards: [{ id: 1, from: 'A' }] }, 'Context "shards" at 0.to: '],
    [
      { shards: [{ id: 1, from: 'A', to: 'M' }] },
      'Context "shards": Every user needs exactly one shard, but those from N on',
    ],
    [{ auth: 'basic' }, 'Context "auth": must be none or jwt; got "basic".'],
    [{ auth: 'jwt', ...JWT, issuer: 'http://login.example.com' }, 'Context "issuer": must be the https URL'],
    [
      { auth: 'jwt', ...JWT, issuer: 'https://login.example.com/.well-known/openid-configuration' },
      'without the /.well-known/ part',
    ],
    [{ auth: 'jwt', ...JWT, audience: 'two words' }, 'Context "audience": must be the audience'],
    [{ auth: 'jwt', ...JWT, operatorClaim: 'operators' }, 'Context "operatorClaim": must be name=value, such as'],
    [{ auth: 'jwt', ...JWT, clientId: 'two words' }, 'Context "clientId": must be the dashboard\'s client id'],
    [{ auth: 'jwt', ...JWT, clientId: 'page', scopes: 'profile' }, 'Context "scopes": must be scopes separated by'],
    [{ auth: 'jwt', ...JWT, clientId: 'page', scopes: 'openidx' }, 'Context "scopes": must be scopes separated by'],
    [{ auth: 'jwt', ...JWT, clientId: 'page', sentToken: 'both' }, 'Context "sentToken": must be access or id'],
    [
      { auth: 'jwt', ...JWT, clientId: 'page', issuerOrigins: 'https://login.example.com/token' },
      'Context "issuerOrigins": must be https origins in lower case',
    ],
    [
      { auth: 'jwt', ...JWT, clientId: 'page', issuerOrigins: "https://x.example; script-src 'none'" },
      'Context "issuerOrigins": must be https origins',
    ],
    [{ alarmEmail: 'oncall' }, 'Context "alarmEmail": must be an e-mail address; got "oncall".'],
    [{ lambdaConcurrencyQuota: 'many' }, 'Context "lambdaConcurrencyQuota": must be a whole number of executions'],
    [{ siteDomain: 'https://x.example.com', certificateArn: CERTIFICATE }, 'Context "siteDomain": must be a domain'],
    [
      { siteDomain: 'x.example.com', certificateArn: CERTIFICATE.replace('us-east-1', 'eu-west-1') },
      'Context "certificateArn": must be the ARN of a certificate in us-east-1, as CloudFront requires; got',
    ],
    [{ kafkaInstanceType: 'kafka.t3.small' }, 'Context "kafkaInstanceType": must be an m5 or m7g size'],
    [{ webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/x/1' }, 'must be the ARN of a regional web ACL'],
  ])('refuses %j and says why', (context, message) => {
    expect(() => readConfig(context)).toThrow(UserError);
    expect(() => readConfig(context)).toThrow(message);
  });
});

describe('sign-in', () => {
  it('is as the context says, the issuer to the letter', () => {
    const operatorClaim = 'groups=operators';
    expect(readConfig({ auth: 'jwt', ...JWT }).auth).toEqual({
      ...JWT,
      operatorClaim: undefined,
      signIn: undefined,
    });
    expect(readConfig({ auth: 'jwt', ...JWT, operatorClaim }).auth).toEqual({
      ...JWT,
      operatorClaim,
      signIn: undefined,
    });
    expect(readConfig({ ...PROD, issuer: 'https://login.example.com/' }).auth?.issuer).toBe(
      'https://login.example.com/',
    );
  });

  it.each(['issuer', 'audience', 'userClaim'])('is not without %s', (key) => {
    const { [key]: _, ...others } = { auth: 'jwt', ...JWT } as Record<string, string>;
    expect(problems(others)).toEqual([expect.stringContaining(`Context "${key}" is missing: auth=jwt needs `)]);
  });

  it('of the dashboard is at the issuer, and at further origins of its endpoints', () => {
    const context = { auth: 'jwt', ...JWT, clientId: 'page' };
    expect(readConfig({ auth: 'jwt', ...JWT }).auth?.signIn).toBeUndefined();
    expect(readConfig(context).auth?.signIn).toEqual({
      clientId: 'page',
      scopes: undefined,
      sentToken: 'access',
      origins: ['https://login.example.com'],
    });
    const issuerOrigins = 'https://tokens.example.com:8443,https://login.example.com';
    expect(readConfig({ ...context, scopes: 'email openid', sentToken: 'id', issuerOrigins }).auth?.signIn).toEqual({
      clientId: 'page',
      scopes: 'email openid',
      sentToken: 'id',
      origins: ['https://login.example.com', 'https://tokens.example.com:8443'],
    });
  });

  it.each(['scopes', 'sentToken', 'issuerOrigins'])('of the dashboard without clientId takes no %s', (key) => {
    expect(problems({ auth: 'jwt', ...JWT, [key]: ABOUT_SIGN_IN[key] })).toEqual([
      `Context "${key}" has no effect unless the dashboard is a client of the issuer; ` +
        `add -c clientId=<its client id> or remove ${key}.`,
    ]);
  });

  it('of the dashboard is not without an issuer', () => {
    expect(problems({ auth: 'jwt', audience: 'orderflow', userClaim: 'user_id', clientId: 'page' })).toEqual([
      expect.stringContaining('Context "issuer" is missing: auth=jwt needs '),
    ]);
  });

  it.each(['issuer', 'audience', 'userClaim', 'operatorClaim', 'clientId', 'scopes', 'sentToken', 'issuerOrigins'])(
    'that is switched off takes no %s',
    (key) => {
      const value = { ...JWT, operatorClaim: 'groups=operators', ...ABOUT_SIGN_IN }[key];
      expect(problems({ [key]: value })).toEqual([
        `Context "${key}" has no effect without sign-in; add -c auth=jwt or remove ${key}.`,
      ]);
    },
  );
});

describe('prod', () => {
  it('is built with what it demands', () => {
    expect(readConfig(PROD)).toMatchObject({ stage: STAGES.prod, alarmEmail: PROD.alarmEmail });
  });

  it('says for each thing that is missing what it is and how to give it', () => {
    expect(problems({ stage: 'prod' })).toEqual(
      ['issuer', 'audience', 'userClaim', 'alarmEmail'].map((key) =>
        expect.stringMatching(new RegExp(`^Context "${key}" is missing: .*prod.*; add -c ${key}=\\S+\\.$`)),
      ),
    );
  });

  it('is not built open to everybody', () => {
    const { issuer: _issuer, audience: _audience, userClaim: _userClaim, ...others } = PROD;
    expect(problems({ ...others, auth: 'none' })).toEqual([expect.stringContaining('prod requires sign-in')]);
  });
});

describe("the site's own name", () => {
  it('comes with its certificate', () => {
    expect(readConfig({ siteDomain: 'orders.example.com', certificateArn: CERTIFICATE }).siteDomain).toEqual({
      name: 'orders.example.com',
      certificateArn: CERTIFICATE,
    });
  });

  it('is refused without it, and it without the name', () => {
    expect(problems({ siteDomain: 'orders.example.com' })).toEqual([
      expect.stringContaining('Context "certificateArn" is missing'),
    ]);
    expect(problems({ certificateArn: CERTIFICATE })).toEqual([
      expect.stringContaining('Context "siteDomain" is missing'),
    ]);
  });
});

describe('LocalStack', () => {
  const TARGET = { target: 'localstack' };

  it('has dev beside what docker-compose.yml brings, unless told otherwise', () => {
    expect(readConfig(TARGET)).toMatchObject({
      stage: {
        ...STAGES.dev,
        localstack: {
          shardAddresses: ['shard1:5432', 'shard2:5432'],
          kafkaBrokers: 'kafka:19092',
          apiUrl: 'http://localhost:8080',
          s3Endpoint: 'http://s3.localhost.localstack.cloud:4566',
        },
      },
      receiptsBucket: 'order-receipts',
    });
    expect(readConfig({ ...TARGET, receiptsBucket: 'mine' }).receiptsBucket).toBe('mine');
  });

  it('is not what is built for otherwise', () => {
    for (const context of [{}, { target: 'aws' }]) expect(readConfig(context).stage.localstack).toBeUndefined();
  });

  it('takes the addresses of other stand-ins', () => {
    const addresses = {
      kafkaBrokers: '127.0.0.1:9092,127.0.0.1:9093',
      apiUrl: 'http://127.0.0.1:3000',
      s3Endpoint: 'https://s3.example.com',
    };
    const shardAddresses = '127.0.0.1:15432,127.0.0.1:15433';
    expect(readConfig({ ...TARGET, ...addresses, shardAddresses }).stage.localstack).toEqual({
      ...addresses,
      shardAddresses: ['127.0.0.1:15432', '127.0.0.1:15433'],
    });
  });

  it('has one database for each shard of the map', () => {
    const shards = [{ id: 1, from: 'A', to: 'Z' }];
    expect(readConfig({ ...TARGET, shards }).stage.localstack?.shardAddresses).toEqual(['shard1:5432']);
    expect(problems({ ...TARGET, shardAddresses: 'shard1:5432' })).toEqual([
      'Context "shardAddresses": one address is needed for each shard, and the shard map has 2; got "shard1:5432".',
    ]);
  });

  it.each([
    ['stage', 'prod', 'LocalStack gives none of the guarantees of prod; remove stage=prod or deploy target=aws.'],
    ['auth', 'jwt', 'LocalStack fails on an API with an authorizer; remove auth=jwt or deploy target=aws.'],
    ['issuer', JWT.issuer, 'there is no sign-in on LocalStack; remove issuer or deploy target=aws.'],
    ['clientId', 'page', 'there is no sign-in on LocalStack; remove clientId or deploy target=aws.'],
    ['audience', JWT.audience, 'there is no sign-in on LocalStack; remove audience or deploy target=aws.'],
    ['userClaim', JWT.userClaim, 'there is no sign-in on LocalStack; remove userClaim or deploy target=aws.'],
    ['operatorClaim', 'a=b', 'there is no sign-in on LocalStack; remove operatorClaim or deploy target=aws.'],
    [
      'siteDomain',
      'orders.example.com',
      'LocalStack has no CloudFront to serve it; remove siteDomain or deploy target=aws.',
    ],
    [
      'certificateArn',
      CERTIFICATE,
      'LocalStack has no CloudFront to use it; remove certificateArn or deploy target=aws.',
    ],
    [
      'webAclArn',
      'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/x/1',
      'LocalStack has no firewall; remove webAclArn or deploy target=aws.',
    ],
    ['kafkaInstanceType', 'kafka.m5.large', 'LocalStack has no MSK; remove kafkaInstanceType or deploy target=aws.'],
    [
      'availabilityZones',
      'us-east-1a,us-east-1b',
      'functions run outside any network on LocalStack; remove availabilityZones or deploy target=aws.',
    ],
    ['alarmEmail', 'oncall@example.com', 'there are no alarms on LocalStack; remove alarmEmail or deploy target=aws.'],
  ])('takes no %s=%s', (key, value, why) => {
    expect(problems({ ...TARGET, [key]: value })).toEqual([
      `Context "${key}" is refused with target=localstack: ${why}`,
    ]);
  });

  it.each([
    ['shardAddresses', 'shard1:5432,shard2:5432'],
    ['kafkaBrokers', 'kafka:19092'],
    ['apiUrl', 'http://localhost:8080'],
    ['s3Endpoint', 'http://localhost:4566'],
  ])('is what %s has a meaning for, and AWS is not', (key, value) => {
    expect(problems({ [key]: value })).toEqual([
      `Context "${key}" has no effect on AWS; add -c target=localstack or remove ${key}.`,
    ]);
  });

  it.each([
    [
      'shardAddresses',
      'shard1,shard2',
      'must be host:port, or several separated by commas, such as shard1:5432,shard2:5432',
    ],
    ['kafkaBrokers', 'kafka', 'must be host:port, or several separated by commas, such as kafka:19092'],
    ['apiUrl', 'http://localhost:8080/', 'must be a URL without a path, such as http://localhost:8080'],
    ['s3Endpoint', 'localhost:4566', 'must be a URL without a path, such as http://s3.'],
    ['shardAddresses', 'shard1:5432,shard2:65536', 'must have ports from 1 to 65535; got "shard1:5432,shard2:65536".'],
    ['kafkaBrokers', 'kafka:0', 'must have ports from 1 to 65535; got "kafka:0".'],
    ['apiUrl', 'http://localhost:80800', 'must have ports from 1 to 65535; got "http://localhost:80800".'],
  ])('takes no %s=%s', (key, value, message) => {
    expect(problems({ ...TARGET, [key]: value })).toEqual([expect.stringContaining(`Context "${key}": ${message}`)]);
  });
});

/** The sentences with which a context is refused. */
function problems(context: Record<string, unknown>): string[] {
  try {
    readConfig(context);
  } catch (error) {
    if (error instanceof UserError) return error.message.split('\n');
    throw error;
  }
  return [];
}
