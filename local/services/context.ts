import { S3Client } from '@aws-sdk/client-s3';
import type { DeployContext } from '../assembly/resource-provider.ts';
import type { Stack } from '../assembly/template.ts';
import { REGION } from '../aws-identity.ts';
import type { Settings } from '../settings.ts';
import type { Authority } from '../tls/authority.ts';
import type { RestApiParts } from './api-gateway/rest-api-definition.ts';
import type { CustomResourceResponses } from './cloudformation/custom-resource-responses.ts';
import type { DistributionDefinition } from './cloudfront/distribution-definition.ts';
import type { ResponseHeadersPolicy } from './cloudfront/response-headers-policy.ts';
import type { ScheduleDefinition } from './events/schedule.ts';
import { type Authorizer, PolicyStore } from './iam/authorizer.ts';
import type { Credentials, Principal, PrincipalStore } from './iam/principals.ts';
import type { EventSourceMappingDefinition } from './lambda/event-source-mapping/event-source-mapping.ts';
import type { LambdaService } from './lambda/lambda-service.ts';
import { PublishedPassword } from './secrets-manager/published-password.ts';
import type { SecretStore } from './secrets-manager/secret-store.ts';
import { versionOf } from './secrets-manager/secret-versions.ts';

/** Anything that was started and has to be stopped. */
export interface Running {
  readonly name: string;
  stop(): Promise<void>;
}

/** What exists before the first resource is created. */
export interface Services extends Omit<DeployContext, 'readSecret'> {
  readonly settings: Settings;
  readonly stacks: readonly Stack[];
  readonly principals: PrincipalStore;
  readonly authorizer: Authorizer;
  readonly secrets: SecretStore;
  readonly lambda: Pick<LambdaService, 'put' | 'qualify' | 'invoke'>;
  readonly authorities: { readonly rds: Authority; readonly public: Authority };
  readonly objectStore: { readonly url: string; readonly credentials: Credentials };
  readonly customResourceResponses: Pick<CustomResourceResponses, 'expect'>;
  readonly running: {
    /** What invokes functions: to be stopped before the functions are. */
    readonly triggers: Running[];
    /** What functions use: to be stopped after them. */
    readonly engines: Running[];
  };
}

export interface Database {
  readonly identifier: string;
  readonly name: string;
  readonly port: number;
  readonly masterUsername: string;
  /** Users whose secrets are attached to the database, without its master. */
  readonly users: { readonly username: string; readonly password: string }[];
}

export interface KafkaCluster {
  readonly arn: string;
  /** `host:port` without encryption and sign-in, for the operator. */
  readonly operatorAddress: string;
  /** `host:port` of the sign-in listener, for functions. */
  readonly bootstrapServers: string;
}

/** The services, and what the handlers of the resources collect for each other and for the end of the deployment. */
export interface RunnerContext extends Services, DeployContext {
  readonly s3: S3Client;
  readonly policies: PolicyStore;
  /** By identifier. */
  readonly databases: Map<string, Database>;
  /** By name of the parameter group: Postgres' own settings. */
  readonly postgresParameters: Map<string, Record<string, string>>;
  /** By ARN: the broker's settings that apply here. */
  readonly kafkaConfigurations: Map<string, Readonly<Record<string, string>>>;
  /** By ARN. */
  readonly kafkaClusters: Map<string, KafkaCluster>;
  /** By function name. */
  readonly functionRoles: Map<string, Principal>;
  readonly eventSourceMappings: EventSourceMappingDefinition[];
  readonly schedules: ScheduleDefinition[];
  /** By API id. */
  readonly restApis: Map<string, RestApiParts>;
  /** By id. */
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicy>;
  readonly distributions: DistributionDefinition[];
  readonly publishedPassword: PublishedPassword;
}

/** The context of a deployment that has yet to begin: services, and nothing collected. */
export function createContext(services: Services): RunnerContext {
  return {
    ...services,
    readSecret: async (id, stage) => {
      const { SecretString } = versionOf(services.secrets.get(id), { stage }).value;
      if (SecretString === undefined) throw new Error(`the secret ${id} holds no text`);
      return SecretString;
    },
    s3: new S3Client({
      endpoint: services.objectStore.url,
      credentials: services.objectStore.credentials,
      region: REGION,
      forcePathStyle: true,
    }),
    policies: new PolicyStore(),
    databases: new Map(),
    postgresParameters: new Map(),
    kafkaConfigurations: new Map(),
    kafkaClusters: new Map(),
    functionRoles: new Map(),
    eventSourceMappings: [],
    schedules: [],
    restApis: new Map(),
    responseHeadersPolicies: new Map(),
    distributions: [],
    publishedPassword: new PublishedPassword(services.settings),
  };
}
