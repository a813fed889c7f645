import { ignored, type ResourceProviders } from './provider.ts';

const NO_ALARMS = 'there are no alarms here that would tell anybody';
const NO_DEPLOYMENT_STEPS = 'a new version takes over at the next start, not step by step';
const NO_ENCRYPTION = 'what is kept on this machine is not encrypted';
const NO_METRICS = 'metrics are written to the log and not collected';
const NO_NETWORK = 'there is no network to build: everything listens on loopback';
const NO_ROTATION = "AWS's rotation application runs on AWS alone";

/** Types that need nothing in a local provider, with the reason. */
export const ignoredProviders: ResourceProviders = {
  'AWS::CDK::Metadata': ignored("the CDK's usage statistics"),
  'AWS::CloudFront::OriginAccessControl': ignored('the local distribution reads its bucket directly'),
  'AWS::CloudWatch::Alarm': ignored(NO_METRICS),
  'AWS::CloudWatch::Dashboard': ignored(NO_METRICS),
  'AWS::CodeDeploy::Application': ignored(NO_DEPLOYMENT_STEPS),
  'AWS::CodeDeploy::DeploymentGroup': ignored(NO_DEPLOYMENT_STEPS),
  'AWS::EC2::FlowLog': ignored(NO_NETWORK),
  'AWS::EC2::RouteTable': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroup': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroupEgress': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroupIngress': ignored(NO_NETWORK),
  'AWS::EC2::Subnet': ignored(NO_NETWORK),
  'AWS::EC2::SubnetRouteTableAssociation': ignored(NO_NETWORK),
  'AWS::EC2::VPC': ignored(NO_NETWORK),
  'AWS::EC2::VPCEndpoint': ignored(NO_NETWORK),
  'AWS::KMS::Key': ignored(NO_ENCRYPTION),
  'AWS::Lambda::LayerVersion': ignored('layers hold tools of functions whose work the runner does itself'),
  'AWS::Lambda::Permission': ignored('who may call a function here is wired by the runner itself'),
  'AWS::Logs::LogGroup': ignored("functions log to the run's own log"),
  'AWS::RDS::DBSubnetGroup': ignored(NO_NETWORK),
  'AWS::S3::BucketPolicy': ignored('buckets are reached through the AWS endpoint alone, which asks for the caller'),
  'AWS::SNS::Subscription': ignored(NO_ALARMS),
  'AWS::SNS::Topic': ignored(NO_ALARMS),
  'AWS::SNS::TopicPolicy': ignored(NO_ALARMS),
  'AWS::SecretsManager::ResourcePolicy': ignored(
    'secrets are reached through the AWS endpoint alone, which asks for the caller',
  ),
  'AWS::SecretsManager::RotationSchedule': ignored(NO_ROTATION),
  'AWS::Serverless::Application': ignored(NO_ROTATION),
  'AWS::WAFv2::WebACLAssociation': ignored('requests come from this machine alone'),
  'Custom::VpcRestrictDefaultSG': ignored(NO_NETWORK),
};
