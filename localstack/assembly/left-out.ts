import { z } from 'zod';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { singleBrokerProperties } from '../../local/engines/kafka/properties.ts';
import type { EventSourceMappingDefinition } from '../../local/services/lambda/event-source-mapping/event-source-mapping.ts';
import { eventSourceMappingOf } from '../../local/services/lambda/event-source-mapping/resource.ts';
import { type TopicDefinition, topicOf, topicProperties } from '../../local/services/msk/topic.ts';
import { resourceUuid } from '../../local/services/physical-names.ts';
import { UserError } from '../../tooling/errors.ts';

/** A resource that LocalStack lacks, as its template's metadata tell of it. */
export interface LeftOut {
  /** Name of its stack. */
  readonly stack: string;
  readonly logicalId: string;
  /** CloudFormation's. */
  readonly type: string;
  /** Without references. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What readers have to know of the stand-in. */
  readonly instead: Readonly<Record<string, unknown>>;
}

/** A database that somebody else brings. */
export interface LeftOutDatabase {
  readonly identifier: string;
  readonly name: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
  /** Where functions reach it. */
  readonly host: string;
  readonly port: number;
  /** Names of the secrets of its users. */
  readonly secrets: readonly string[];
}

const record = z.record(z.string(), z.unknown());
const declaration = z.object({ Type: z.string(), Properties: record, Instead: record });
/** Other entries of a template's metadata are other people's. */
const metadataEntry = z.object({ LeftOut: z.unknown().optional() }).catch({});

const configuration = z.object({ ServerProperties: z.string() });
const cluster = z.object({ BootstrapBrokers: z.string() });
const databaseInstance = z.object({
  DBInstanceIdentifier: z.string(),
  DBName: z.string(),
  EngineVersion: z.string(),
  MasterUsername: z.string(),
});
const database = z.object({ Host: z.string(), Port: z.coerce.number(), Secrets: z.array(z.string()) });

/**
 * Reads which resources the templates leave to others.
 *
 * @param dir folder of a cloud assembly that was made for LocalStack
 * @throws UserError when it is none
 */
export function readLeftOut(dir: string): LeftOut[] {
  const leftOut = loadAssembly(dir).flatMap(({ name: stack, template }) =>
    Object.entries(template.Metadata ?? {}).flatMap(([logicalId, entry]) => {
      const { LeftOut } = metadataEntry.parse(entry);
      if (LeftOut === undefined) return [];
      const { Type: type, Properties: properties, Instead: instead } = declaration.parse(LeftOut);
      return [{ stack, logicalId, type, properties, instead }];
    }),
  );
  if (leftOut.length > 0) return leftOut;
  throw new UserError(
    `${dir} was not made for LocalStack. Run "cdk synth -c target=localstack --output ${dir}" first.`,
  );
}

/** Those of one CloudFormation type. */
export function leftOutOfType(leftOut: readonly LeftOut[], type: string): LeftOut[] {
  return leftOut.filter((resource) => resource.type === type);
}

/** The event source mappings that are enabled. */
export function eventSourceMappings(leftOut: readonly LeftOut[]): EventSourceMappingDefinition[] {
  return readEach(leftOut, 'AWS::Lambda::EventSourceMapping', ({ properties, stack, logicalId }) =>
    eventSourceMappingOf(properties, resourceUuid({ stack: { name: stack }, logicalId })),
  ).filter((mapping) => mapping !== undefined);
}

/** The topics, for a single broker. */
export function topics(leftOut: readonly LeftOut[]): TopicDefinition[] {
  return readEach(leftOut, 'AWS::MSK::Topic', ({ properties }) => topicOf(topicProperties.parse(properties)));
}

/** Settings of the brokers, for a single one. */
export function brokerProperties(leftOut: readonly LeftOut[]): Record<string, string> {
  const all = readEach(leftOut, 'AWS::MSK::Configuration', ({ properties }) => configuration.parse(properties));
  return Object.assign({}, ...all.map(({ ServerProperties }) => singleBrokerProperties(ServerProperties)));
}

/**
 * Where functions reach Kafka: `host:port,host:port`.
 *
 * @throws Error when there is not exactly one cluster
 */
export function bootstrapBrokers(leftOut: readonly LeftOut[]): string {
  const [brokers, ...others] = readEach(leftOut, 'AWS::MSK::Cluster', ({ instead }) => cluster.parse(instead));
  if (brokers !== undefined && others.length === 0) return brokers.BootstrapBrokers;
  throw new Error(`the templates leave out ${brokers === undefined ? 'no' : 'more than one'} Kafka cluster`);
}

/** The databases of the shards. */
export function databases(leftOut: readonly LeftOut[]): LeftOutDatabase[] {
  return readEach(leftOut, 'AWS::RDS::DBInstance', ({ properties, instead }) => {
    const instance = databaseInstance.parse(properties);
    const { Host: host, Port: port, Secrets: secrets } = database.parse(instead);
    return {
      identifier: instance.DBInstanceIdentifier,
      name: instance.DBName,
      engineVersion: instance.EngineVersion,
      masterUsername: instance.MasterUsername,
      host,
      port,
      secrets,
    };
  });
}

/** @throws Error naming the resource whose properties are not as expected */
function readEach<T>(leftOut: readonly LeftOut[], type: string, read: (resource: LeftOut) => T): T[] {
  return leftOutOfType(leftOut, type).map((resource) => {
    try {
      return read(resource);
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      throw new Error(`${resource.stack}/${resource.logicalId} (${type}) is left out, but not as expected:\n${reason}`);
    }
  });
}
