import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { VpcFunction } from './vpc-function.ts';

export interface SchemaProps {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  /** By name; sql/<name>.sql has its tables. */
  readonly databases: Record<string, Database>;
}

/** Creates the tables at deployment, again whenever the SQL changes. */
export class Schema extends Construct {
  constructor(scope: Construct, id: string, props: SchemaProps) {
    super(scope, id);

    const onEventHandler = new VpcFunction(this, 'Migrate', {
      entry: 'schema',
      description: 'Creates the tables in the databases',
      vpc: props.vpc,
      securityGroup: props.securityGroup,
      timeout: Duration.minutes(2),
    });
    const provider = new Provider(this, 'Provider', {
      onEventHandler,
      logGroup: new LogGroup(this, 'ProviderLogs', {
        retention: RetentionDays.TWO_WEEKS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });

    for (const [name, database] of Object.entries(props.databases)) {
      const secretAccess = database.secret.grantRead(onEventHandler);
      const tables = new CustomResource(this, `Tables-${name}`, {
        resourceType: 'Custom::DatabaseTables',
        serviceToken: provider.serviceToken,
        properties: {
          secretArn: database.secret.secretArn,
          sql: readFileSync(join(import.meta.dirname, '..', 'sql', `${name}.sql`), 'utf8'),
        },
      });
      tables.node.addDependency(database);
      secretAccess.applyBefore(tables);
    }
  }
}
