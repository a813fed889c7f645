import { z } from 'zod';
import type { AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { operation } from '../../aws-api/operation.ts';
import { restJsonApi } from '../../aws-api/rest-api.ts';

/**
 * MSK's GetBootstrapBrokers.
 * https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-bootstrap-brokers.html
 *
 * @param bootstrapBrokers `host:port,host:port` of the cluster's sign-in listener; undefined when there is no such cluster
 */
export function mskApi(bootstrapBrokers: (clusterArn: string) => string | undefined): AwsApi {
  return restJsonApi({
    name: 'MSK',
    signingName: 'kafka',
    invalidInput: 'BadRequestException',
    operations: {
      GetBootstrapBrokers: {
        method: 'GET',
        path: '/v1/clusters/{ClusterArn}/bootstrap-brokers',
        ...operation({ ClusterArn: z.string() }, ({ ClusterArn }, { requireAccess }) => {
          requireAccess('kafka:GetBootstrapBrokers', ClusterArn);
          const bootstrapBrokerStringSaslIam = bootstrapBrokers(ClusterArn);
          if (bootstrapBrokerStringSaslIam === undefined) {
            throw new AwsError('NotFoundException', `This run has no cluster ${ClusterArn}.`, 404);
          }
          return { body: JSON.stringify({ bootstrapBrokerStringSaslIam }) };
        }),
      },
    },
  });
}
