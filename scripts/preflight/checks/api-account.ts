import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { type Check, warning } from '../check.ts';

/**
 * Whether the Region's APIs write their logs with a role that the deployment replaces: API Gateway has one for all of them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
 */
export const apiAccount: Check = {
  title: 'API Gateway log role',
  async find({ aws, deployed, resources }) {
    const accounts = resources.filter(({ type }) => type === 'AWS::ApiGateway::Account');
    if ((await deployed.missing(accounts)).length === 0) return [];
    const { cloudwatchRoleArn } = await aws.apiGateway.send(new GetAccountCommand({}));
    if (cloudwatchRoleArn === undefined) return [];
    return [
      warning(
        `All APIs of the Region log with ${cloudwatchRoleArn}, and the deployment replaces it for all of them.`,
        'That is harmless if that role has no more rights than AmazonAPIGatewayPushToCloudWatchLogs. To set it again: `aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=<arn>`.',
      ),
    ];
  },
};
