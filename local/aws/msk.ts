import type { Service } from './api-call.ts';
import { AwsError } from './aws-error.ts';
import { restJson } from './protocols.ts';

/**
 * MSK's GetBootstrapBrokers.
 * https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-bootstrap-brokers.html
 *
 * @param bootstrapBrokers `host:port,host:port` of the sign-in listener
 */
export function msk(bootstrapBrokers: () => string): Service {
  return {
    protocol: restJson,
    answer: (call) => {
      const [, encoded] = /^\/v1\/clusters\/([^/]+)\/bootstrap-brokers$/.exec(call.url.pathname) ?? [];
      if (call.method !== 'GET' || encoded === undefined) {
        const asked = `${call.method} ${call.url.pathname}`;
        throw new AwsError('UnknownOperation', `The local MSK API knows GetBootstrapBrokers alone, not ${asked}.`);
      }
      call.requireAccess('kafka:GetBootstrapBrokers', decodeURIComponent(encoded));
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ bootstrapBrokerStringSaslIam: bootstrapBrokers() }),
      };
    },
  };
}
