import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  aws_apigateway as apigateway,
  aws_cloudfront as cloudfront,
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as cloudwatchActions,
  aws_codedeploy as codedeploy,
  custom_resources as customResources,
  Duration,
  aws_s3_deployment as deployment,
  aws_ec2 as ec2,
  aws_lambda_event_sources as eventSources,
  aws_events as events,
  Fn,
  aws_lambda as lambda,
  aws_msk as msk,
  aws_cloudfront_origins as origins,
  RemovalPolicy,
  aws_rds as rds,
  Stack,
  aws_s3 as s3,
  aws_secretsmanager as secrets,
  aws_sns as sns,
  aws_events_targets as targets,
  triggers,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

// As the CDK's command line sets it.
const context = { 'aws:cdk:enable-path-metadata': true };

/**
 * Synthesizes an app that has one of each kind of part that the local runner runs.
 *
 * @param folder for the app's files and its output
 * @returns the folder of the cloud assembly
 */
export function synthesizeCdkApp(folder: string): string {
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false, context });

  const data = new Stack(app, 'Data');
  // The casts: aws-cdk-lib is not written for exactOptionalPropertyTypes.
  const vpc = new ec2.Vpc(data, 'Vpc', {
    natGateways: 0,
    restrictDefaultSecurityGroup: true,
    flowLogs: { all: {} },
    subnetConfiguration: [{ name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
  }) as ec2.IVpc;
  const master = new rds.DatabaseSecret(data, 'Master', { username: 'master' }) as secrets.ISecret;
  const database = new rds.DatabaseInstance(data, 'Database', {
    engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.of('18.3', '18') }),
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    databaseName: 'things',
    storageEncrypted: true,
    credentials: rds.Credentials.fromSecret(master),
    parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '1000' },
    cloudwatchLogsExports: ['postgresql'],
  });
  new secrets.SecretRotation(data, 'Rotation', {
    application: secrets.SecretRotationApplication.POSTGRES_ROTATION_SINGLE_USER,
    secret: master,
    target: database,
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  });
  const login = new rds.DatabaseSecret(data, 'Login', { username: 'clerk', secretName: 'things/clerk' });
  const attachedLogin = login.attach(database);
  const cluster = new msk.CfnCluster(data, 'Kafka', {
    clusterName: 'stream',
    kafkaVersion: '4.1.x.kraft',
    numberOfBrokerNodes: 2,
    clientAuthentication: { sasl: { iam: { enabled: true } } },
    brokerNodeGroupInfo: { clientSubnets: vpc.selectSubnets().subnetIds, instanceType: 'kafka.m7g.large' },
  });
  new msk.CfnTopic(data, 'Topic', {
    clusterArn: cluster.ref,
    topicName: 'events',
    partitionCount: 3,
    replicationFactor: 2,
    configs: Fn.base64('retention.ms=1000'),
  });
  const brokers = new customResources.AwsCustomResource(data, 'Brokers', {
    onUpdate: {
      service: 'Kafka',
      action: 'getBootstrapBrokers',
      parameters: { ClusterArn: cluster.ref },
      physicalResourceId: customResources.PhysicalResourceId.of('brokers'),
    },
    policy: customResources.AwsCustomResourcePolicy.fromSdkCalls({ resources: [cluster.ref] }),
    installLatestAwsSdk: false,
  });

  const api = new Stack(app, 'Api');
  const bucket = new s3.Bucket(api, 'Files', {
    bucketName: 'things-files',
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  });
  const codeDir = join(folder, 'code');
  mkdirSync(codeDir);
  writeFileSync(join(codeDir, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 });');
  const handler = new lambda.Function(api, 'ListThings', {
    functionName: 'app-dev-list-things',
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(codeDir),
    reservedConcurrentExecutions: 5,
    loggingFormat: lambda.LoggingFormat.JSON,
    environment: {
      BUCKET: bucket.bucketName,
      BROKERS: brokers.getResponseField('BootstrapBrokerStringSaslIam'),
      SECRET: attachedLogin.secretArn,
    },
  });
  bucket.grantPut(handler);
  const live = aliasOf(handler);
  const alarm = live.metricErrors().createAlarm(api, 'Failures', { threshold: 1, evaluationPeriods: 1 });
  alarm.addAlarmAction(
    new cloudwatchActions.SnsAction(new sns.Topic(api, 'Alarms', { enforceSSL: true }) as sns.ITopic),
  );
  new codedeploy.LambdaDeploymentGroup(api, 'Rollout', { alias: live, alarms: [alarm] });
  new cloudwatch.Dashboard(api, 'Dashboard', { widgets: [[new cloudwatch.AlarmWidget({ alarm })]] });
  live.addEventSource(
    new eventSources.ManagedKafkaEventSource({
      clusterArn: cluster.ref,
      topic: 'events',
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      consumerGroupId: 'things',
      batchSize: 10,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 3,
      provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 2 },
      onFailure: new eventSources.KafkaDlq('failed-events'),
    }),
  );
  new triggers.Trigger(api, 'Migrate', { handler, executeAfter: [bucket] });
  const guard = new lambda.Function(new Construct(api, 'Guard'), 'Function', {
    functionName: 'app-dev-guard',
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(codeDir),
  });
  const guardLive = aliasOf(guard);
  new events.Rule(api, 'Nightly', {
    ruleName: 'nightly',
    schedule: events.Schedule.rate(Duration.days(1)),
    targets: [new targets.LambdaFunction(live as lambda.IFunction)],
  });
  const restApi = new apigateway.RestApi(api, 'RestApi', {
    cloudWatchRole: true,
    deployOptions: { stageName: 'dev' },
    defaultCorsPreflightOptions: { allowOrigins: ['*'] },
  });
  restApi.addGatewayResponse('Unknown', {
    type: apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN,
    statusCode: '404',
    responseHeaders: { 'X-Kind': "'route'" },
    templates: { 'application/json': '{"error":"no such route"}' },
  });
  const integration = new apigateway.LambdaIntegration(live as lambda.IFunction, { allowTestInvoke: false });
  const authorizer = new apigateway.TokenAuthorizer(api, 'Authorizer', {
    handler: guardLive as lambda.IFunction,
    validationRegex: 'Bearer .+',
    resultsCacheTtl: Duration.minutes(1),
  });
  const things = restApi.root.addResource('things');
  things.addResource('{id}').addMethod('GET', integration, { authorizer });
  things.addMethod('GET', integration);

  const site = new Stack(app, 'Site');
  const siteDir = join(folder, 'site');
  mkdirSync(siteDir);
  writeFileSync(join(siteDir, 'index.html'), '<h1>Things</h1>');
  const siteBucket = new s3.Bucket(site, 'Bucket') as s3.IBucket;
  const responseHeadersPolicy = new cloudfront.ResponseHeadersPolicy(site, 'Headers', {
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'", override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: false },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(1), includeSubdomains: true, override: true },
      xssProtection: { protection: true, modeBlock: true, override: true },
    },
    customHeadersBehavior: { customHeaders: [{ header: 'X-Site', value: 'things', override: false }] },
    removeHeaders: ['Server'],
  });
  const distribution = new cloudfront.Distribution(site, 'Distribution', {
    defaultRootObject: 'index.html',
    defaultBehavior: {
      origin: origins.S3BucketOrigin.withOriginAccessControl(siteBucket),
      responseHeadersPolicy: responseHeadersPolicy as cloudfront.IResponseHeadersPolicy,
    },
    additionalBehaviors: {
      '/things/*': {
        origin: new origins.RestApiOrigin(restApi),
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
    },
  });
  new deployment.BucketDeployment(site, 'Deployment', {
    destinationBucket: siteBucket,
    destinationKeyPrefix: 'app',
    sources: [
      deployment.Source.asset(siteDir),
      deployment.Source.jsonData('config.json', { api: restApi.url, quoted: `"${siteBucket.bucketName}"` }),
    ],
    distribution,
  });
  return app.synth().directory;
}

function aliasOf(fn: lambda.Function): lambda.Alias {
  return new lambda.Alias(fn, 'Live', { aliasName: 'live', version: fn.currentVersion as lambda.IVersion });
}
