import { z } from 'zod';
import { discoverIssuer, issuerFetcher } from '../../../functions/adapters/oidc/issuer-documents.ts';
import type { Resource } from '../../templates/resources.ts';
import { type Check, type Finding, lack } from '../check.ts';

const environment = z.object({ Variables: z.object({ ISSUER: z.string().optional() }) });
const headers = z.object({
  SecurityHeadersConfig: z.object({ ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.string() }) }),
});

/** Whether the issuer of the tokens describes itself as authorizer and dashboard expect, as far as this machine reaches it. */
export const issuer: Check = {
  title: 'Issuer of tokens',
  async find({ resources }) {
    const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
    const issuers = functions.flatMap(({ property }) => {
      const { data } = environment.safeParse(property('Environment'));
      return data?.Variables.ISSUER ?? [];
    });
    if (issuers.length === 0) return undefined;
    const origins = originsOfPage(resources);
    const problems = [...new Set(issuers)].map((each) =>
      discoverIssuer(each, issuerFetcher).then(
        ({ token_endpoint: endpoint }) => findUnreachable(endpoint, origins),
        (error: Error) => [
          lack(
            `${each} does not work as an issuer: ${error.message.replace(/\.$/, '')}.`,
            'Pass its address with -c issuer= exactly as its tokens have it (claim iss). It must be reachable over HTTPS from AWS.',
          ),
        ],
      ),
    );
    return (await Promise.all(problems)).flat();
  },
};

/** Where the dashboard may talk to, beside its own address; nowhere unless its readers sign in at the issuer. */
function originsOfPage(resources: readonly Resource[]): readonly string[] {
  return resources
    .filter(({ type }) => type === 'AWS::CloudFront::ResponseHeadersPolicy')
    .flatMap(({ property }) => {
      const { data } = headers.safeParse(property('ResponseHeadersPolicyConfig'));
      const policy = data?.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy ?? '';
      return (
        /connect-src ([^;]*)/
          .exec(policy)?.[1]
          ?.split(' ')
          .filter((source) => source !== "'self'") ?? []
      );
    });
}

function findUnreachable(endpoint: string | undefined, origins: readonly string[]): Finding[] {
  if (origins.length === 0) return [];
  if (endpoint === undefined) {
    return [
      lack('The issuer names no token endpoint, so nobody can sign in.', 'Remove -c clientId=, or use another issuer.'),
    ];
  }
  const { origin } = new URL(endpoint);
  if (origins.includes(origin)) return [];
  return [
    lack(`The dashboard may not talk to the issuer's token endpoint, ${endpoint}.`, `Add -c issuerOrigins=${origin}.`),
  ];
}
