import { z } from 'zod';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import type { Stack } from '../../local/assembly/template.ts';
import { singleBrokerProperties } from '../../local/engines/kafka/properties.ts';
import { gatewayResponseProperties } from '../../local/services/api-gateway/resource-properties.ts';
import type { GatewayResponseDefinition } from '../../local/services/api-gateway/rest-api-definition.ts';
import {
  type EventSourceMappingDefinition,
  eventSourceMappingOf,
} from '../../local/services/lambda/event-source-mapping/mapping-definition.ts';
import { eventSourceMappingProperties } from '../../local/services/lambda/event-source-mapping/mapping-properties.ts';
import { type TopicDefinition, topicProperties } from '../../local/services/msk/topic.ts';
import { resourceUuid } from '../../local/services/physical-names.ts';
import { UserError } from '../../tooling/errors.ts';

/** The tag by which a template chooses the id of its API on LocalStack. */
const API_ID_TAG = '_custom_id_';

/** A resource that LocalStack lacks: it is in its template's metadata, and something else stands in for it. */
export interface ExternalResource {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly type: string;
  /** Without references. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly standIn: Readonly<Record<string, unknown>>;
}

/** A shard's database, and where functions reach its stand-in. */
export interface ExternalDatabase {
  readonly identifier: string;
  readonly name: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
  readonly host: string;
  readonly port: number;
  /** Names of the secrets of its users. */
  readonly secrets: readonly string[];
}

const record = z.record(z.string(), z.unknown());
const declaration = z.object({ Type: z.string(), Properties: record, StandIn: record });
/** Metadata may have other entries, too. */
const metadataEntry = z.object({ ExternalResource: z.unknown().optional() }).catch({});

const configuration = z.object({ ServerProperties: z.string() });
const cluster = z.object({ BootstrapBrokers: z.string() });
const databaseInstance = z.object({
  DBInstanceIdentifier: z.string(),
  DBName: z.string(),
  EngineVersion: z.string(),
  MasterUsername: z.string(),
});
const databaseStandIn = z.object({ Host: z.string(), Port: z.coerce.number(), Secrets: z.array(z.string()) });

/** The app as a cloud assembly for LocalStack describes it, read once. Each property is checked when it is read. */
export class LocalStackApp {
  readonly stacks: readonly Stack[];
  readonly #external: readonly ExternalResource[];

  /** @param dir folder of the cloud assembly. @throws UserError when it is none, or was made for another target */
  constructor(dir: string) {
    this.stacks = loadAssembly(dir);
    this.#external = this.stacks.flatMap(externalResources);
    if (this.#external.length > 0) return;
    throw new UserError(
      `${dir} was not made for LocalStack. Run "cdk synth -c target=localstack --output ${dir}" first.`,
    );
  }

  get stackNames(): string[] {
    return this.stacks.map(({ name }) => name);
  }

  external(type: string): ExternalResource[] {
    return this.#external.filter((resource) => resource.type === type);
  }

  /** The API's id, and the path under which LocalStack serves it. @throws Error when it has no id or stage of its own */
  get api(): { id: string; path: string } {
    const tags = this.#declared('AWS::ApiGateway::RestApi')[0]?.Tags as { Key: unknown; Value: unknown }[] | undefined;
    const id = tags?.find(({ Key }) => Key === API_ID_TAG)?.Value;
    const stage = this.#declared('AWS::ApiGateway::Stage')[0]?.StageName;
    if (typeof id !== 'string' || typeof stage !== 'string') {
      throw new Error(`the templates have no API with the tag ${API_ID_TAG} and a stage`);
    }
    return { id, path: `/_aws/execute-api/${id}/${stage}` };
  }

  /** By response type. */
  get gatewayResponses(): Record<string, GatewayResponseDefinition> {
    const declared = this.#declared('AWS::ApiGateway::GatewayResponse').map((properties) =>
      gatewayResponseProperties.parse(properties),
    );
    return Object.fromEntries(declared.map(({ type, response }) => [type, response]));
  }

  /** Those that are enabled. */
  get eventSourceMappings(): EventSourceMappingDefinition[] {
    return this.#read('AWS::Lambda::EventSourceMapping', ({ properties, stack, logicalId }) =>
      eventSourceMappingOf(eventSourceMappingProperties.parse(properties), resourceUuid({ stack, logicalId })),
    ).filter(({ enabled }) => enabled);
  }

  get topics(): TopicDefinition[] {
    return this.#read('AWS::MSK::Topic', ({ properties }) => topicProperties.parse(properties));
  }

  /** Server properties for a single broker. */
  get brokerProperties(): Record<string, string> {
    const all = this.#read('AWS::MSK::Configuration', ({ properties }) => configuration.parse(properties));
    return Object.assign({}, ...all.map(({ ServerProperties }) => singleBrokerProperties(ServerProperties)));
  }

  /** Where functions reach Kafka: `host:port,host:port`. @throws Error when there is not exactly one cluster */
  get bootstrapBrokers(): string {
    const [brokers, ...others] = this.#read('AWS::MSK::Cluster', ({ standIn }) => cluster.parse(standIn));
    if (brokers !== undefined && others.length === 0) return brokers.BootstrapBrokers;
    throw new Error(`the templates have ${brokers === undefined ? 'no' : 'more than one'} Kafka cluster`);
  }

  get databases(): ExternalDatabase[] {
    return this.#read('AWS::RDS::DBInstance', ({ properties, standIn }) => {
      const instance = databaseInstance.parse(properties);
      const { Host: host, Port: port, Secrets: secrets } = databaseStandIn.parse(standIn);
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

  /** The properties of all resources of a type that LocalStack has. */
  #declared(type: string): Readonly<Record<string, unknown>>[] {
    return this.stacks
      .flatMap(({ template }) => Object.values(template.Resources ?? {}))
      .filter(({ Type }) => Type === type)
      .map(({ Properties = {} }) => Properties);
  }

  #read<T>(type: string, read: (resource: ExternalResource) => T): T[] {
    return this.external(type).map((resource) => {
      try {
        return read(resource);
      } catch (error) {
        const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
        throw new Error(`${resource.stack.name}/${resource.logicalId} (${type}) is not as expected:\n${reason}`);
      }
    });
  }
}

function externalResources(stack: Stack): ExternalResource[] {
  return Object.entries(stack.template.Metadata ?? {}).flatMap(([logicalId, entry]) => {
    const { ExternalResource } = metadataEntry.parse(entry);
    if (ExternalResource === undefined) return [];
    const { Type: type, Properties: properties, StandIn: standIn } = declaration.parse(ExternalResource);
    return [{ stack, logicalId, type, properties, standIn }];
  });
}
