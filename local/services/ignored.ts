import { z } from 'zod';
import type { ResourcePlace } from '../assembly/resource-provider.ts';
import { ignored, referrers, refused } from './provider.ts';
import type { Service } from './service.ts';

const NO_DEPLOYMENT_STEPS = 'a new version takes over at once, not gradually';
const NO_METRICS = 'metrics are written to the log and not collected';
const NO_MESSAGES = 'only alarms send messages to its topic, and there are none here';

/** What may have a topic to send to and does not run here. All else would send in earnest. */
const ALL_BUT_ALARMS = /^(?!AWS::(SNS|CloudWatch|CodeDeploy|Budgets|Chatbot)::)/;

const rotationApplication = z.object({
  Location: z.object({
    ApplicationId: z
      .string()
      .regex(/\/SecretsManager\w*Rotation\w*$/, 'only the applications that rotate secrets can be left out'),
  }),
});

/** A topic: ignored when it is for alarms alone. */
function topic(place: ResourcePlace | undefined) {
  const [sender] = place ? referrers(place, ALL_BUT_ALARMS) : [];
  return sender === undefined ? ignored(NO_MESSAGES) : refused(`topics are not supported, and ${sender} uses this one`);
}

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
    'AWS::SNS::Subscription': ignored(NO_MESSAGES),
    'AWS::SNS::Topic': (_, place) => topic(place),
    'AWS::SNS::TopicPolicy': ignored(NO_MESSAGES),
    'AWS::Serverless::Application': ignored('secrets are not rotated here', rotationApplication),
    'AWS::WAFv2::WebACLAssociation': ignored('requests come only from this machine'),
  },
};
