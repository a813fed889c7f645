import { AwsError } from '../../aws-api/aws-error.ts';
import { escapeXml, queryXml } from '../../aws-api/protocols.ts';
import { ACCOUNT_ID } from '../../aws-identity.ts';
import { callerArn } from '../iam/service.ts';
import type { Service } from '../service.ts';

/** STS. GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const sts: Service = {
  api: {
    signingName: 'sts',
    protocol: queryXml,
    operations: { GetCallerIdentity: [] },
    handle: ({ body, principal }) => {
      const { Action, Version: _, ...others } = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
      if (Action !== 'GetCallerIdentity') {
        throw new AwsError('UnknownOperation', `The local STS supports only GetCallerIdentity, not ${Action}.`);
      }
      const [unknown] = Object.keys(others);
      if (unknown !== undefined) {
        throw new AwsError('ValidationError', `GetCallerIdentity has no parameter ${unknown}.`);
      }
      const result = `<Arn>${escapeXml(callerArn(principal))}</Arn><UserId>${escapeXml(principal.name)}</UserId><Account>${ACCOUNT_ID}</Account>`;
      return {
        body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
      };
    },
  },
};
