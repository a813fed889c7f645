import { join } from 'node:path';
import { z } from 'zod';
import { runDirOf } from '../../../tooling/paths.ts';
import { addressesOfLocalhost, type PortClaim } from '../../../tooling/ports.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import { arnOf } from '../../aws-identity.ts';
import { hiddenAddress, type PortGuard, startPortGuard } from '../../engines/port-guard.ts';
import { type PostgresServer, startPostgres } from '../../engines/postgres/start-postgres.ts';
import type { Ec2, Target } from '../ec2/service.ts';
import { byName, type Listener, Listeners } from '../listeners.ts';
import { constructPath, physicalName, resourceHash } from '../physical-names.ts';
import { boolean, created, mustBeOff, notSupported, provider, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { type Run, required, type Service, stopAll } from '../service.ts';

const INSTANCE_TYPE = 'AWS::RDS::DBInstance';
/** What every Postgres server has. */
const OWN_DATABASE = 'postgres';
const MAX_IDENTIFIER = 63;
const MAX_GROUP_NAME = 255;
const DEFAULT_PORT = 5432;

interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Database {
  readonly identifier: string;
  /** As the addresses of the run name it. */
  readonly label: string;
  /** The database that was made for the app, if any, beside Postgres' own. */
  readonly name: string | undefined;
  readonly port: number;
  readonly master: Login;
  /** Users whose secrets are attached to the database, without its master. */
  /** By name. */
  readonly users: Map<string, Login>;
}

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

/** What matters of an instance. */
const instanceProperties = z.object({
  DBInstanceIdentifier: z.string().optional(),
  DBName: z.string().optional(),
  Engine: z.literal('postgres', 'only Postgres runs here'),
  MasterUsername: z.string(),
  MasterUserPassword: z.string(),
  DBParameterGroupName: z.string().optional(),
  DBSubnetGroupName: z.string().optional(),
  VPCSecurityGroups: z.array(z.string()).default([]),
  Port: z.coerce.number().default(DEFAULT_PORT),
  PubliclyAccessible: boolean.default(false),
  EnableIAMDatabaseAuthentication: mustBeOff,
  ManageMasterUserPassword: mustBeOff,
  MasterUserAuthenticationType: notSupported,
  // What the instance would begin with.
  DBClusterSnapshotIdentifier: notSupported,
  DBSnapshotIdentifier: notSupported,
  SourceDBInstanceAutomatedBackupsArn: notSupported,
  SourceDBInstanceIdentifier: notSupported,
  SourceDbiResourceId: notSupported,
});

/** RDS: Postgres instances and their parameters. */
export class Rds implements Service {
  /** By identifier. */
  readonly databases = new Map<string, Database>();
  /** By name of the parameter group: Postgres' own settings. */
  readonly parameters = new Map<string, Readonly<Record<string, string>>>();
  readonly #run: Run;
  readonly #listeners: Listeners;
  readonly #ec2: Pick<Ec2, 'network' | 'connections'>;
  /** By name of the subnet group. */
  readonly #subnets = new Map<string, readonly string[]>();
  readonly #servers: Pick<PostgresServer, 'stop'>[] = [];

  constructor(run: Run, ec2: Pick<Ec2, 'network' | 'connections'>) {
    this.#run = run;
    this.#ec2 = ec2;
    this.#listeners = new Listeners(run, 'postgres', ({ Type, Properties }) =>
      Type === INSTANCE_TYPE ? Properties?.DBName : null,
    );
  }

  readonly resources: ResourceProviders = {
    [INSTANCE_TYPE]: provider(
      'a Postgres server, with its data kept between runs',
      instanceProperties,
      async (properties, request) => {
        const { settings, log, authorities } = this.#run;
        const { DBName: name, MasterUsername: username, MasterUserPassword: password } = properties;
        const listener = this.#listeners.of(request);
        const { name: label } = listener;
        const group = this.#parametersOf(properties.DBParameterGroupName);
        const identifier = properties.DBInstanceIdentifier ?? physicalName(request, MAX_IDENTIFIER).toLowerCase();
        const authority = await authorities('rds');
        const { guard, ...place } = await this.#placeOf(listener, properties, request);
        const server = await startPostgres({
          name: label,
          dir: join(settings.dataDir, 'postgres', label),
          runDir: runDirOf(settings.dataDir),
          ...place,
          superuser: { name: username, password },
          database: name ?? OWN_DATABASE,
          certificate: await authority.issue('postgres'),
          parameters: group,
          signal: request.signal,
          log: log.child(label),
        });
        const parts = guard ? [server, guard] : [server];
        this.#servers.push(server);
        const master = { username, password };
        const database = { identifier, label, name, port: server.port, master, users: new Map<string, Login>() };
        const remove = register(this.databases, identifier, database);
        const attributes = {
          // No name: it may lead to ::1 alone.
          'Endpoint.Address': '127.0.0.1',
          'Endpoint.Port': String(server.port),
          DBInstanceArn: arnOf('rds', `db:${identifier}`),
          DbiResourceId: `db-${resourceHash(request, 26).toUpperCase()}`,
        };
        return created(identifier, attributes, async () => {
          if (remove()) await stopAll(parts);
        });
      },
    ),

    'AWS::RDS::DBParameterGroup': provider(
      'settings of the local Postgres servers, which in any case refuse connections without TLS',
      z.object({ DBParameterGroupName: z.string().optional(), Parameters: parameters }),
      ({ DBParameterGroupName, Parameters }, request) => {
        const name = DBParameterGroupName ?? physicalName(request, MAX_GROUP_NAME).toLowerCase();
        // Those of RDS itself mean nothing to Postgres.
        const own = Object.entries(Parameters).filter(([key]) => !key.startsWith('rds.'));
        this.parameters.set(name, Object.fromEntries(own));
        return created(name, { DBParameterGroupName: name });
      },
    ),

    'AWS::RDS::DBSubnetGroup': provider(
      'where databases are in their network',
      z.object({ DBSubnetGroupName: z.string().optional(), SubnetIds: z.array(z.string()) }),
      ({ DBSubnetGroupName, SubnetIds }, request) => {
        const name = (DBSubnetGroupName ?? physicalName(request, MAX_GROUP_NAME)).toLowerCase();
        return created(name, { DBSubnetGroupName: name }, register(this.#subnets, name, SubnetIds));
      },
    ),
  };

  ports(): PortClaim[] {
    return this.#listeners.claims();
  }

  async stop(): Promise<void> {
    await stopAll(this.#servers);
  }

  /** By name, in the order of the names: a ready-made URL with the login of a user, or else the master's. @param host leads to 127.0.0.1 */
  urls(host: string): Record<string, string> {
    const urls = [...this.databases.values()]
      .sort((a, b) => byName(a.label, b.label))
      .map(({ label, name = OWN_DATABASE, port, master, users }) => {
        const [user = master] = users.values();
        const login = `${user.username}:${encodeURIComponent(user.password)}`;
        return [label, `postgres://${login}@${host}:${port}/${name}?sslmode=require`];
      });
    return Object.fromEntries(urls);
  }

  /**
   * Where a server is to listen: hidden behind a guard, which lets those functions pass whose security groups reach the
   * instance. Where the system does not tell whose a connection is, clients find the server itself.
   */
  async #placeOf(
    { name, port }: Listener,
    properties: Pick<
      z.output<typeof instanceProperties>,
      'DBSubnetGroupName' | 'VPCSecurityGroups' | 'Port' | 'PubliclyAccessible'
    >,
    request: ResourceRequest,
  ): Promise<{ port: number; host?: string; guard?: PortGuard }> {
    const { connections, network } = this.#ec2;
    if (!SOCKET_OWNERS_ARE_KNOWN) return { port };
    const subnets = this.#subnets.get(properties.DBSubnetGroupName?.toLowerCase() ?? '');
    const instance = {
      kind: 'private',
      name: constructPath(request),
      place: subnets && network.placeOf(subnets, properties.VPCSecurityGroups),
      public: properties.PubliclyAccessible,
    } as const;
    const host = hiddenAddress();
    const guard: PortGuard = await startPortGuard({
      addresses: await addressesOfLocalhost(),
      port,
      host,
      admits: (client) => connections.admits(client, target),
      log: this.#run.log.child(name),
    });
    this.#servers.push(guard);
    const target: Target = { ...instance, ports: [properties.Port, guard.port] };
    connections.assignGuarded(guard.port, host, target);
    return { port: guard.port, host, guard };
  }

  /** The settings of a parameter group; those of RDS's own groups (`default.postgres18`) are Postgres' defaults here. */
  #parametersOf(group: string | undefined): Readonly<Record<string, string>> {
    if (group === undefined || group.startsWith('default.')) return {};
    return required(this.parameters.get(group), `parameter group ${group}`);
  }
}
