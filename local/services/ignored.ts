import { ignored } from './provider.ts';
import type { Service } from './service.ts';

const NO_ALARMS = 'there are no alarms here';
const NO_DEPLOYMENT_STEPS = 'a new version takes over at the next start, not gradually';
const NO_METRICS = 'metrics are written to the log and not collected';

/** Resource types of services that the local run does not have, each with the reason. */
export const ignoredTypes: Service = {
  resources: {
    'AWS::CDK::Metadata': ignored("the CDK's usage statistics"),
    'AWS::CloudWatch::Alarm': ignored(NO_METRICS),
    'AWS::CloudWatch::Dashboard': ignored(NO_METRICS),
    'AWS::CodeDeploy::Application': ignored(NO_DEPLOYMENT_STEPS),
    'AWS::CodeDeploy::DeploymentGroup': ignored(NO_DEPLOYMENT_STEPS),
    'AWS::KMS::Key': ignored('what is kept on this machine is not encrypted'),
    'AWS::Logs::LogGroup': ignored("functions log to the run's own log"),
    'AWS::SNS::Subscription': ignored(NO_ALARMS),
    'AWS::SNS::Topic': ignored(NO_ALARMS),
    'AWS::SNS::TopicPolicy': ignored(NO_ALARMS),
    'AWS::Serverless::Application': ignored("AWS's rotation application runs only on AWS"),
    'AWS::WAFv2::WebACLAssociation': ignored('requests come only from this machine'),
  },
};
