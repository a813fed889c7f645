import type { AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { restJson } from '../../aws-api/protocols.ts';
import { percentDecoded } from '../../aws-api/request.ts';

/**
 * MSK's GetBootstrapBrokers.
 * https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-bootstrap-brokers.html
 *
 * @param bootstrapBrokers `host:port,host:port` of the cluster's sign-in listener; undefined when there is no such cluster
 */
export function mskApi(bootstrapBrokers: (clusterArn: string) => string | undefined): AwsApi {
  return {
    signingName: 'kafka',
    protocol: restJson,
    handle: (call) => {
      const [, encoded] = /^\/v1\/clusters\/([^/]+)\/bootstrap-brokers$/.exec(call.url.pathname) ?? [];
      if (call.method !== 'GET' || encoded === undefined) {
        const asked = `${call.method} ${call.url.pathname}`;
        throw new AwsError('UnknownOperation', `The local MSK API supports only GetBootstrapBrokers, not ${asked}.`);
      }
      const clusterArn = percentDecoded(encoded);
      call.requireAccess('kafka:GetBootstrapBrokers', clusterArn);
      const bootstrapBrokerStringSaslIam = bootstrapBrokers(clusterArn);
      if (bootstrapBrokerStringSaslIam === undefined) {
        throw new AwsError('NotFoundException', `This run has no cluster ${clusterArn}.`, 404);
      }
      return { body: JSON.stringify({ bootstrapBrokerStringSaslIam }) };
    },
  };
}
