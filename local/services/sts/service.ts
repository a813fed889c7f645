import { operation } from '../../aws-api/operation.ts';
import { queryApi } from '../../aws-api/query-api.ts';
import { ACCOUNT_ID } from '../../aws-identity.ts';
import { callerArn } from '../iam/service.ts';
import type { Service } from '../service.ts';

/** STS. GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const sts: Service = {
  api: queryApi({
    name: 'STS',
    signingName: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    invalidInput: 'ValidationError',
    operations: {
      GetCallerIdentity: operation({}, (_, { principal }) => ({
        Arn: callerArn(principal),
        UserId: principal.name,
        Account: ACCOUNT_ID,
      })),
    },
  }),
};
