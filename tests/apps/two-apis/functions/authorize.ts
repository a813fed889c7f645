import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { createHash, timingSafeEqual } from 'node:crypto';

const secrets = new SecretsManagerClient({});
const digest = (text: string) => createHash('sha256').update(text).digest();

let cached: { token: string; until: number } | undefined;

async function expectedToken(): Promise<string> {
  if (!cached || cached.until < Date.now()) {
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.TOKEN_SECRET_ARN }));
    cached = { token: secret.SecretString!, until: Date.now() + 60_000 };
  }
  return cached.token;
}

export async function handler(event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = event.authorizationToken.replace(/^Bearer /, '');
  if (!timingSafeEqual(digest(token), digest(await expectedToken()))) throw new Error('Unauthorized');

  // The result is cached for the token, so it has to hold for every method of the stage.
  const [api, stage] = event.methodArn.split('/');
  return {
    principalId: 'staff',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }],
    },
  };
}
