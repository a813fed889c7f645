import {
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

const HTTPS = Port.tcp(443);
const KAFKA_IAM = Port.tcp(9098);
const POSTGRES = Port.tcp(5432);

/** A network without a way to the internet. Which part may talk to which is all said here. */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly groups: Record<
    'api' | 'storeReadings' | 'storeDevices' | 'schema' | 'kafka' | 'readings' | 'devices',
    SecurityGroup
  >;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
    });

    const group = (name: string, description: string) =>
      new SecurityGroup(this, `${name}Group`, { vpc: this.vpc, description, allowAllOutbound: false });

    this.groups = {
      api: group('Api', 'Function behind the REST API'),
      storeReadings: group('StoreReadings', 'Function that stores readings'),
      storeDevices: group('StoreDevices', 'Function that stores device changes'),
      schema: group('Schema', 'Function that creates the tables'),
      kafka: group('Kafka', 'Brokers and the pollers of the event source mappings'),
      readings: group('Readings', 'Database readings'),
      devices: group('Devices', 'Database devices'),
    };
    const endpoints = group('Endpoints', 'Interface endpoints');
    const { api, storeReadings, storeDevices, schema, kafka, readings, devices } = this.groups;

    const allow = (from: SecurityGroup, to: SecurityGroup, port: Port, what: string) =>
      from.connections.allowTo(to, port, what);

    allow(api, kafka, KAFKA_IAM, 'API produces readings');
    allow(api, devices, POSTGRES, 'API looks up devices');
    allow(storeReadings, readings, POSTGRES, 'readings are stored');
    allow(storeReadings, kafka, KAFKA_IAM, 'rejections and alarms are produced');
    allow(storeDevices, devices, POSTGRES, 'devices are stored');
    allow(schema, readings, POSTGRES, 'tables of readings are created');
    allow(schema, devices, POSTGRES, 'tables of devices are created');
    // The pollers of a mapping without provisioned mode run with the security group of the cluster.
    kafka.addIngressRule(kafka, KAFKA_IAM, 'pollers read topics');
    kafka.addEgressRule(kafka, KAFKA_IAM, 'pollers read topics');
    for (const caller of [api, storeReadings, storeDevices, schema, kafka]) {
      allow(caller, endpoints, HTTPS, 'AWS APIs');
    }

    // Functions read secrets; the pollers call Lambda and STS.
    const services = {
      SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      Lambda: InterfaceVpcEndpointAwsService.LAMBDA,
      Sts: InterfaceVpcEndpointAwsService.STS,
    };
    for (const [name, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(name, { service, securityGroups: [endpoints], open: false });
    }
  }
}
