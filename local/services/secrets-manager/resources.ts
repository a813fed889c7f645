import { z } from 'zod';
import type { ResourceDeclaration, Stack } from '../../assembly/template.ts';
import { physicalName } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import { passwordRules, randomPassword } from './random-password.ts';

const RDS_INSTANCE = 'AWS::RDS::DBInstance';
const ATTACHMENT = 'AWS::SecretsManager::SecretTargetAttachment';
const MAX_SECRET_NAME = 512;

const generateSecretString = passwordRules.extend({
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

const loginFields = z.object({ username: z.string(), password: z.string() });

/** Secrets Manager: secrets and their attachment to databases. */
export const secretsManagerProviders: ResourceProviders = {
  'AWS::SecretsManager::Secret': provider(
    'a secret, with its value kept between runs',
    z.object({
      Name: z.string().optional(),
      Description: z.string().optional(),
      SecretString: z.string().optional(),
      GenerateSecretString: generateSecretString.optional(),
    }),
    (properties, request) => {
      const { settings, secrets, publishedPassword } = request.context;
      const rules = properties.GenerateSecretString;
      const publish = rules !== undefined && isApplicationUser(request.logicalId, request.stack);
      const password = () => (publish ? settings.databasePassword : randomPassword(rules));
      const secret = secrets.createIfMissing({
        name: properties.Name ?? physicalName(request, MAX_SECRET_NAME),
        ...(properties.Description === undefined ? {} : { description: properties.Description }),
        generate: () => properties.SecretString ?? withPassword(rules ?? {}, password()),
      });
      if (publish && publishedPassword.changed && rules.GenerateStringKey !== undefined) {
        secrets.mergeFields(secret.arn, { [rules.GenerateStringKey]: settings.databasePassword });
      }
      return created(secret.arn, { Id: secret.arn });
    },
  ),

  [ATTACHMENT]: provider(
    "the database's address, written into the secret",
    z.object({
      SecretId: z.string(),
      TargetId: z.string(),
      TargetType: z.literal(RDS_INSTANCE, 'only database instances are supported by the local runner'),
    }),
    async ({ SecretId, TargetId }, { context }) => {
      const database = context.databases.get(TargetId);
      if (!database) throw new Error(`${TargetId} is no database of this run`);
      // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
      context.secrets.mergeFields(SecretId, {
        engine: 'postgres',
        host: 'localhost',
        port: database.port,
        dbname: database.name,
        dbInstanceIdentifier: database.identifier,
      });
      const login = loginFields.parse(JSON.parse(await context.readSecret(SecretId, 'AWSCURRENT')));
      if (login.username !== database.masterUsername) database.users.push(login);
      return created(SecretId, { Id: SecretId });
    },
  ),
};

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
