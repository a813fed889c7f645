import { join } from 'node:path';
import { z } from 'zod';
import { runDirOf } from '../../../tooling/paths.ts';
import type { ResourceDeclaration, Stack } from '../../assembly/template.ts';
import { arnOf } from '../../aws-identity.ts';
import { startPostgres } from '../../engines/postgres/start-postgres.ts';
import type { RunnerContext } from '../context.ts';
import { physicalName, resourceHash } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';

const INSTANCE_TYPE = 'AWS::RDS::DBInstance';
const MAX_IDENTIFIER = 63;
const MAX_PARAMETER_GROUP_NAME = 255;

const parameters = z
  .record(z.string(), z.coerce.string())
  .default({})
  .refine(
    (settings) => (settings['rds.force_ssl'] ?? '1') === '1',
    'rds.force_ssl must be 1: the local servers refuse plain text',
  )
  .refine(
    (settings) => !Object.values(settings).some((value) => value.includes('{')),
    "formulas over the instance's memory are not supported by the local runner",
  );

/** RDS: Postgres instances and their parameters. */
export const rdsProviders: ResourceProviders = {
  [INSTANCE_TYPE]: provider(
    'a Postgres server, with its data kept between runs',
    z.object({
      DBInstanceIdentifier: z.string().optional(),
      DBName: z.string(),
      Engine: z.literal('postgres', 'only Postgres runs here'),
      MasterUsername: z.string(),
      MasterUserPassword: z.string(),
      DBParameterGroupName: z.string().optional(),
    }),
    async (properties, request) => {
      const { context } = request;
      const { DBName: name, MasterUsername: masterUsername } = properties;
      const settings = parametersOf(properties.DBParameterGroupName, context);
      const identifier = properties.DBInstanceIdentifier ?? physicalName(request, MAX_IDENTIFIER).toLowerCase();
      const server = await startPostgres({
        name,
        dir: join(context.settings.dataDir, 'postgres', name),
        runDir: runDirOf(context.settings.dataDir),
        port: databasePorts(context.stacks, context.settings.ports.postgres).get(name) ?? 0,
        superuser: { name: masterUsername, password: properties.MasterUserPassword },
        database: name,
        certificate: await context.authorities.rds.issue('postgres'),
        parameters: settings,
        log: context.log.child(name),
      });
      context.running.engines.push(server);
      context.databases.set(identifier, { identifier, name, port: server.port, masterUsername, users: [] });
      return created(identifier, {
        'Endpoint.Address': 'localhost',
        'Endpoint.Port': String(server.port),
        DBInstanceArn: arnOf('rds', `db:${identifier}`),
        DbiResourceId: `db-${resourceHash(request, 26).toUpperCase()}`,
      });
    },
  ),

  'AWS::RDS::DBParameterGroup': provider(
    'settings of the local Postgres servers, which in any case refuse connections without TLS',
    z.object({ DBParameterGroupName: z.string().optional(), Parameters: parameters }),
    ({ DBParameterGroupName, Parameters }, request) => {
      const name = DBParameterGroupName ?? physicalName(request, MAX_PARAMETER_GROUP_NAME).toLowerCase();
      // Those of RDS itself mean nothing to Postgres.
      const settings = Object.entries(Parameters).filter(([key]) => !key.startsWith('rds.'));
      request.context.postgresParameters.set(name, Object.fromEntries(settings));
      return created(name, { DBParameterGroupName: name });
    },
  ),
};

/** The settings of a parameter group; those of RDS's own groups (`default.postgres18`) are Postgres' defaults here. */
function parametersOf(group: string | undefined, { postgresParameters }: RunnerContext): Record<string, string> {
  if (group === undefined || group.startsWith('default.')) return {};
  const settings = postgresParameters.get(group);
  if (!settings) throw new Error(`${group} is no parameter group of this run`);
  return settings;
}

/**
 * The port of each database in the templates, by the database's name: consecutive ones in the order of the names,
 * where `shard10` comes after `shard9`.
 *
 * @param firstPort 0 gives all of them 0, any free port
 */
export function databasePorts(stacks: readonly Stack[], firstPort: number): Map<string, number> {
  const names = stacks
    .flatMap(({ template }) => Object.values<ResourceDeclaration>(template.Resources))
    .filter(({ Type }) => Type === INSTANCE_TYPE)
    .map(({ Properties }) => String(Properties?.DBName))
    .sort(byName);
  return new Map(names.map((name, index) => [name, firstPort === 0 ? 0 : firstPort + index]));
}

/** Orders names as people do: numbers in them by their value. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
