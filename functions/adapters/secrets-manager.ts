import { AwsClient } from './aws/aws-client.ts';
import { variable } from './aws/request-signer.ts';
import { serviceAddress } from './aws/service-address.ts';

/** The label of a version: the one in use, or the one that a rotation prepares. */
export type SecretVersion = 'AWSCURRENT' | 'AWSPENDING';

/** Reads a secret's text; undefined when it holds none. @throws AwsServiceError `ResourceNotFoundException` without such a version */
export type ReadSecret = (id: string, version: SecretVersion) => Promise<string | undefined>;

/**
 * Reads from Secrets Manager.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export function secretsManager(): ReadSecret {
  const region = variable('AWS_REGION');
  const client = new AwsClient('secretsmanager', region, serviceAddress('secretsmanager', region));
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  return async (id, version) => {
    const body = JSON.stringify({ SecretId: id, VersionStage: version });
    const response: { SecretString?: string } = JSON.parse(
      await client.send({ method: 'POST', path: '/', headers, body }),
    );
    return response.SecretString;
  };
}
