import { join } from 'node:path';
import { z } from 'zod';
import type { ResourceDeclaration, Stack } from '../../assembly/template.ts';
import type { AwsApi } from '../../aws-api/api-call.ts';
import type { Iam } from '../iam/service.ts';
import { physicalName } from '../physical-names.ts';
import { created, ignored, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import type { Rds } from '../rds/service.ts';
import { register } from '../register.ts';
import { type Run, required, type Service } from '../service.ts';
import { secretsManagerApi } from './api.ts';
import { PublishedPassword } from './published-password.ts';
import { passwordRules, randomPassword } from './random-password.ts';
import { SecretStore } from './secret-store.ts';
import { versionOf } from './secret-versions.ts';

const RDS_INSTANCE = 'AWS::RDS::DBInstance';
const ATTACHMENT = 'AWS::SecretsManager::SecretTargetAttachment';
const MAX_SECRET_NAME = 512;
const AWS_KEY = 'alias/aws/secretsmanager';

const generateSecretString = passwordRules.extend({
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

const loginFields = z.object({ username: z.string(), password: z.string() });

/** Secrets Manager: secrets, kept between runs, and their attachment to databases. */
export class SecretsManager implements Service {
  readonly store: SecretStore;
  readonly api: AwsApi;
  readonly #published: PublishedPassword;
  readonly #rds: Pick<Rds, 'databases'>;
  readonly #policies: Iam['policies'];

  constructor({ settings }: Pick<Run, 'settings'>, rds: Pick<Rds, 'databases'>, { policies }: Pick<Iam, 'policies'>) {
    this.store = new SecretStore(join(settings.dataDir, 'secrets'));
    this.api = secretsManagerApi(this.store);
    this.#published = new PublishedPassword(settings);
    this.#rds = rds;
    this.#policies = policies;
  }

  readonly resources: ResourceProviders = {
    'AWS::SecretsManager::Secret': provider(
      'a secret, with its value kept between runs',
      z.object({
        Name: z.string().optional(),
        Description: z.string().optional(),
        SecretString: z.string().optional(),
        GenerateSecretString: generateSecretString.optional(),
        // Reading one with a key of the app's own would need kms:Decrypt.
        KmsKeyId: z.literal(AWS_KEY, 'only the key of AWS is supported by the local runner').optional(),
      }),
      (properties, request) => {
        const rules = properties.GenerateSecretString;
        const published =
          rules && isApplicationUser(request.logicalId, request.stack) ? this.#published.value : undefined;
        const password = () => published ?? randomPassword(rules);
        const secret = this.store.declare({
          name: properties.Name ?? physicalName(request, MAX_SECRET_NAME),
          description: properties.Description,
          text: properties.SecretString,
          generate: () => withPassword(rules ?? {}, password()),
        });
        if (published !== undefined && rules?.GenerateStringKey !== undefined && this.#published.hasChanged()) {
          this.store.mergeFields(secret.arn, { [rules.GenerateStringKey]: published });
        }
        return created(secret.arn, { Id: secret.arn });
      },
      REPLACED,
    ),

    [ATTACHMENT]: provider(
      "the database's address, written into the secret",
      z.object({
        SecretId: z.string(),
        TargetId: z.string(),
        TargetType: z.literal(RDS_INSTANCE, 'only database instances are supported by the local runner'),
      }),
      async ({ SecretId, TargetId }) => {
        const database = required(this.#rds.databases.get(TargetId), `database ${TargetId}`);
        // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
        this.store.mergeFields(SecretId, {
          engine: 'postgres',
          host: '127.0.0.1',
          port: database.port,
          ...(database.name === undefined ? {} : { dbname: database.name }),
          dbInstanceIdentifier: database.identifier,
        });
        const login = loginFields.parse(JSON.parse(await this.readSecret(SecretId, 'AWSCURRENT')));
        if (login.username === database.master.username) return created(SecretId, { Id: SecretId });
        return created(SecretId, { Id: SecretId }, register(database.users, login.username, login));
      },
      REPLACED,
    ),

    'AWS::SecretsManager::ResourcePolicy': provider(
      'who may use the secret, besides those whose own policies allow it',
      z.object({ SecretId: z.string(), ResourcePolicy: z.unknown() }),
      ({ SecretId, ResourcePolicy }) => {
        const { arn } = this.store.get(SecretId);
        const remove = this.#policies.putResourcePolicy(arn, 'resource policy', ResourcePolicy);
        return created(arn, { Id: arn }, remove);
      },
      REPLACED,
    ),
    'AWS::SecretsManager::RotationSchedule': ignored('secrets are not rotated here'),
  };

  /** All secrets have the published password by now. */
  async start(): Promise<void> {
    this.#published.remember();
  }

  /** The text of a secret, for dynamic references. */
  async readSecret(id: string, stage: string): Promise<string> {
    const { SecretString } = versionOf(this.store.get(id), { stage }).value;
    if (SecretString === undefined) throw new Error(`the secret ${id} contains no text`);
    return SecretString;
  }
}

function withPassword(rules: z.output<typeof generateSecretString>, password: string): string {
  if (rules.GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(rules.SecretStringTemplate ?? '{}'), [rules.GenerateStringKey]: password });
}

/** Whether a secret is the login of a database's user, and not of its master: the one whose password is published. */
function isApplicationUser(logicalId: string, stack: Stack): boolean {
  const name = new RegExp(`\\b${logicalId}\\b`);
  const isNamedBy = (type: string, property: string) =>
    Object.values<ResourceDeclaration>(stack.template.Resources).some(
      ({ Type, Properties }) => Type === type && name.test(JSON.stringify(Properties?.[property] ?? null)),
    );
  return isNamedBy(ATTACHMENT, 'SecretId') && !isNamedBy(RDS_INSTANCE, 'MasterUserPassword');
}
