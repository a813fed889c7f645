import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { UNRESERVED } from '../../../infra/config/concurrency.ts';
import { type Check, lack } from '../check.ts';

/** Whether the account's quota of concurrent executions has room for the reservations of the functions. */
export const concurrency: Check = {
  title: 'Lambda concurrency',
  async find({ aws, deployed, resources, region }) {
    const reserving = resources.filter(({ type, property }) => type === 'AWS::Lambda::Function' && property(RESERVED));
    const reserved = (await deployed.missing(reserving)).reduce((sum, fn) => sum + Number(fn.property(RESERVED)), 0);
    if (reserved === 0) return undefined;
    const { AccountLimit } = await aws.lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: quota = 0, UnreservedConcurrentExecutions: free = 0 } = AccountLimit ?? {};
    if (free - reserved >= UNRESERVED) return [];
    const needed = quota + reserved + UNRESERVED - free;
    return [
      lack(
        `The functions reserve ${reserved} concurrent executions, and Lambda keeps ${UNRESERVED} for others, but ${free} of the quota of ${quota} are free.`,
        `Request ${needed}: \`aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${needed} --region ${region}\`, ` +
          `or pass the present quota as -c lambdaConcurrencyQuota=${quota}, which says whether the stage works with it.`,
      ),
    ];
  },
};

const RESERVED = 'ReservedConcurrentExecutions';
