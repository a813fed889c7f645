import { type Handlers, ignored } from './handler.ts';

const NO_NETWORK = 'there is no network to build: everything listens on loopback';

/** Types that need nothing in a local run, with the reason. */
export const ignoredHandlers: Handlers = {
  'AWS::CDK::Metadata': ignored("the CDK's usage statistics"),
  'AWS::CloudFront::OriginAccessControl': ignored('the local distribution reads its bucket directly'),
  'AWS::EC2::RouteTable': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroup': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroupEgress': ignored(NO_NETWORK),
  'AWS::EC2::SecurityGroupIngress': ignored(NO_NETWORK),
  'AWS::EC2::Subnet': ignored(NO_NETWORK),
  'AWS::EC2::SubnetRouteTableAssociation': ignored(NO_NETWORK),
  'AWS::EC2::VPC': ignored(NO_NETWORK),
  'AWS::EC2::VPCEndpoint': ignored(NO_NETWORK),
  'AWS::Lambda::LayerVersion': ignored('layers hold tools of functions whose work the runner does itself'),
  'AWS::Lambda::Permission': ignored('who may call a function here is wired by the runner itself'),
  'AWS::Logs::LogGroup': ignored("functions log to the run's own log"),
  'AWS::RDS::DBSubnetGroup': ignored(NO_NETWORK),
  'AWS::S3::BucketPolicy': ignored('buckets are reached through the AWS endpoint alone, which asks for the caller'),
};
