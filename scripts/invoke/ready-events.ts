import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../local/aws-identity.ts';
import { tokenEvent } from '../../local/services/api-gateway/authorizer/authorizer-function.ts';
import { proxyEvent } from '../../local/services/api-gateway/proxy-event.ts';
import type { RequestContext } from '../../local/services/api-gateway/request-context.ts';
import { Router } from '../../local/services/api-gateway/router.ts';
import { scheduledEvent } from '../../local/services/eventbridge/schedule.ts';
import { kafkaEvent } from '../../local/services/lambda/event-source-mapping/kafka-event.ts';
import { KafkaRecord } from '../../local/services/lambda/event-source-mapping/kafka-record.ts';
import { UserError } from '../../tooling/errors.ts';
import { keysIn, type Resource } from '../templates/resources.ts';

/** An event as one of a function's triggers makes it. */
export interface ReadyEvent {
  /** Such as `POST /api/orders`, or a topic's name. */
  readonly name: string;
  /** What sends it, in words. */
  readonly from: string;
  /** What {@link make} takes as `content`, in words; undefined when it takes none. */
  readonly content?: string;
  /** For a request: whether a path is one of its route. */
  fits?(path: string): boolean;
  /**
   * @param content the body of a request, or the value of a record
   * @param path of a request, with its query; one is made up unless it is given
   * @returns JSON
   */
  make(content: string, path?: string): string;
}

/** The events that the triggers of a function send, as the templates declare them. @param functionName its physical name */
export function readyEvents(resources: readonly Resource[], functionName: string): ReadyEvent[] {
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  /** Whether a key stands for the function, or for an alias of it. */
  const isTarget = (key: string): boolean => {
    const resource = byKey.get(key);
    if (resource?.type === 'AWS::Lambda::Function') return resource.property('FunctionName') === functionName;
    return resource?.type === 'AWS::Lambda::Alias' && keysIn(String(resource.property('FunctionName'))).some(isTarget);
  };
  return resources.flatMap((resource): ReadyEvent[] => {
    switch (resource.type) {
      case 'AWS::ApiGateway::Method':
        return keysIn(uriOf(resource)).some(isTarget) ? [routeEvent(resource, byKey)] : [];
      case 'AWS::ApiGateway::Authorizer':
        return resource.references().some(isTarget) ? [authorizerEvent()] : [];
      case 'AWS::Lambda::EventSourceMapping':
        return resource.references().some(isTarget) ? [batchEvent(resource)] : [];
      case 'AWS::Events::Rule':
        return resource.references().some(isTarget) ? [scheduleEvent(resource)] : [];
      default:
        return [];
    }
  });
}

function uriOf(method: Resource): string {
  return String((method.property('Integration') as { Uri?: unknown }).Uri ?? '');
}

function routeEvent(method: Resource, byKey: ReadonlyMap<string, Resource>): ReadyEvent {
  const resourcePath = pathOf(String(method.property('ResourceId')), byKey);
  const httpMethod = String(method.property('HttpMethod'));
  const name = `${httpMethod} ${resourcePath}`;
  const api = { id: 'local', stage: 'dev', stageVariables: {}, binaryMediaTypes: [] };
  const router = new Router([
    { resourcePath, httpMethod, integration: { type: 'AWS_PROXY', functionArn: '', timeoutMs: 0 } },
  ]);
  const matchOf = (target: string) => router.match(httpMethod, splitTarget(target).path);
  return {
    name,
    from: 'API Gateway',
    content: 'the body',
    fits: (target) => matchOf(target) !== undefined,
    make: (content, target = resourcePath.replace(/\{\w+\+?\}/g, () => randomUUID())) => {
      const match = matchOf(target);
      if (match === undefined) throw new UserError(`${target} is no path of ${name}.`);
      return JSON.stringify(proxyEvent(request(httpMethod, splitTarget(target)), match, Buffer.from(content), api));
    },
  };
}

function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const [path = '', ...query] = target.split('?');
  return { path, query: query.join('?') };
}

function pathOf(resourceId: string, byKey: ReadonlyMap<string, Resource>): string {
  const resource = byKey.get(keysIn(resourceId)[0] ?? '');
  if (resource?.type !== 'AWS::ApiGateway::Resource') return '/';
  return `${pathOf(String(resource.property('ParentId')), byKey).replace(/\/$/, '')}/${resource.property('PathPart')}`;
}

function request(method: string, { path, query }: { path: string; query: string }): RequestContext {
  const headers = [
    ['Host', 'localhost'],
    ['Content-Type', 'application/json'],
  ] as const;
  return {
    method,
    path,
    rawPath: path,
    query,
    headers,
    protocol: 'HTTP/1.1',
    sourceIp: '127.0.0.1',
    port: 80,
    receivedAt: new Date(),
    requestId: randomUUID(),
    extendedRequestId: 'local=',
    traceId: `Root=1-00000000-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
  };
}

function authorizerEvent(): ReadyEvent {
  return {
    name: 'authorizer',
    from: 'API Gateway, for a route that needs a token',
    content: 'the value of the header Authorization',
    make: (content) =>
      JSON.stringify(tokenEvent(content, `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:local/dev/GET/`)),
  };
}

function batchEvent(mapping: Resource): ReadyEvent {
  const [topic = ''] = mapping.property('Topics') as string[];
  return {
    name: topic,
    from: 'the event source mapping of the topic, with one record',
    content: 'the value of the record',
    make: (content) => {
      const place = { topic, partition: 0, offset: 0, timestamp: Date.now(), timestampType: 'CREATE_TIME' } as const;
      const eventSourceArn = String(mapping.property('EventSourceArn'));
      return kafkaEvent({ eventSourceArn }, 'localhost:9098', [
        new KafkaRecord({ ...place, key: null, value: Buffer.from(content), headers: [] }),
      ]);
    },
  };
}

function scheduleEvent(rule: Resource): ReadyEvent {
  return {
    name: 'schedule',
    from: `EventBridge, ${rule.property('ScheduleExpression')}`,
    make: () =>
      JSON.stringify(scheduledEvent(`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${rule.logicalId}`, new Date())),
  };
}
