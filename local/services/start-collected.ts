import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { rejectWhenAborted } from '../../tooling/abort.ts';
import { UserError } from '../../tooling/errors.ts';
import { functionName } from '../aws-identity.ts';
import { restApiDefinition } from './api-gateway/resources.ts';
import { startRestApi } from './api-gateway/rest-api.ts';
import type { GetObject } from './cloudfront/bucket-origin.ts';
import { startDistribution } from './cloudfront/distribution.ts';
import type { Database, KafkaCluster, RunnerContext } from './context.ts';
import { startSchedule } from './events/schedule.ts';
import { startPoller } from './lambda/event-source-mapping/poller.ts';
import type { Invoke } from './lambda/function-definition.ts';
import { signedInKafka } from './msk/kafka-client.ts';
import { byName } from './rds/resources.ts';

/** Where the parts of a deployment are reached. */
export interface Deployment {
  readonly apiUrls: readonly string[];
  readonly siteUrls: readonly string[];
  /** Sorted by name. */
  readonly databases: readonly Database[];
  readonly kafkaClusters: readonly KafkaCluster[];
}

/**
 * Starts what consists of several resources or calls functions: REST APIs, distributions, event source mappings, schedules.
 * To be called when all resources exist.
 */
export async function startCollected(context: RunnerContext): Promise<Deployment> {
  const urls = await Promise.race([startServers(context), rejectWhenAborted(context.signal)]);
  context.publishedPassword.remember();
  return {
    ...urls,
    databases: [...context.databases.values()].sort((a, b) => byName(a.name, b.name)),
    kafkaClusters: [...context.kafkaClusters.values()],
  };
}

async function startServers(context: RunnerContext): Promise<Pick<Deployment, 'apiUrls' | 'siteUrls'>> {
  const invoke: Invoke = (...call) => context.lambda.invoke(...call);
  const [apiUrls] = await Promise.all([startRestApis(context, invoke), startPollers(context, invoke)]);
  const siteUrls = await startDistributions(context, apiUrls[0]);
  startSchedules(context, invoke);
  return { apiUrls, siteUrls };
}

async function startRestApis(context: RunnerContext, invoke: Invoke): Promise<string[]> {
  const urls: string[] = [];
  for (const [index, parts] of [...context.restApis.values()].entries()) {
    const server = await startRestApi({
      definition: restApiDefinition(parts),
      port: portOf(context.settings.ports.api, index),
      invoke,
      log: context.log.child('api'),
    });
    context.running.triggers.push({ name: 'api', stop: server.stop });
    urls.push(server.url);
  }
  return urls;
}

async function startDistributions(context: RunnerContext, apiUrl: string | undefined): Promise<string[]> {
  const urls: string[] = [];
  for (const [index, definition] of context.distributions.entries()) {
    if (apiUrl === undefined)
      throw new UserError('The templates have a distribution, but no REST API for it to lead to.');
    const server = await startDistribution({
      definition,
      port: portOf(context.settings.ports.site, index),
      getObject: objectReader(context.s3),
      apiUrl,
      log: context.log.child('site'),
    });
    context.running.triggers.push({ name: 'site', stop: server.stop });
    urls.push(server.url);
  }
  return urls;
}

async function startPollers(context: RunnerContext, invoke: Invoke): Promise<void> {
  await Promise.all(
    context.eventSourceMappings.map(async (mapping) => {
      const cluster = context.kafkaClusters.get(mapping.eventSourceArn);
      if (!cluster) throw new Error(`${mapping.eventSourceArn} is no Kafka cluster of this run`);
      const name = functionName(mapping.functionArn);
      const role = context.functionRoles.get(name);
      if (!role) throw new Error(`${name} is no function of this run`);
      const log = context.log.child('poller');
      const poller = await startPoller({
        mapping,
        kafka: signedInKafka({
          credentials: context.principals.issue(role),
          bootstrapServers: cluster.bootstrapServers,
          authority: context.authorities.public,
          log,
        }),
        bootstrapServers: cluster.bootstrapServers,
        invoke,
        log,
      });
      context.running.triggers.push({ name: `event source mapping of ${name}`, stop: poller.stop });
    }),
  );
}

function startSchedules(context: RunnerContext, invoke: Invoke): void {
  for (const schedule of context.schedules) {
    for (const { functionArn } of schedule.targets) {
      const name = functionName(functionArn);
      if (!context.functionRoles.has(name)) throw new Error(`${name} is no function of this run`);
    }
    const { stop } = startSchedule({ schedule, invoke, log: context.log.child('schedule') });
    context.running.triggers.push({ name: `schedule ${schedule.ruleArn}`, stop });
  }
}

/** The first server gets the port that is set, further ones any free port. */
function portOf(setting: number, index: number): number {
  return index === 0 ? setting : 0;
}

function objectReader(s3: S3Client): GetObject {
  return async (Bucket, Key) => {
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return {
        body: object.Body as AsyncIterable<Uint8Array>,
        contentLength: object.ContentLength ?? 0,
        ...(object.ContentType === undefined ? {} : { contentType: object.ContentType }),
        ...(object.ETag === undefined ? {} : { etag: object.ETag }),
        ...(object.LastModified === undefined ? {} : { lastModified: object.LastModified }),
        ...(object.CacheControl === undefined ? {} : { cacheControl: object.CacheControl }),
      };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
}
