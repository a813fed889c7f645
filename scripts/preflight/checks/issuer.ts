import { z } from 'zod';
import { discoverKeysUri, issuerFetcher } from '../../../functions/adapters/oidc/issuer-documents.ts';
import { type Check, lack } from '../check.ts';

const environment = z.object({ Variables: z.object({ ISSUER: z.string().optional() }) });

/** Whether the issuer of the tokens describes itself as the authorizer expects, as far as this machine reaches it. */
export const issuer: Check = {
  title: 'Issuer of tokens',
  async find({ resources }) {
    const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
    const issuers = functions.flatMap(({ property }) => {
      const { data } = environment.safeParse(property('Environment'));
      return data?.Variables.ISSUER ?? [];
    });
    if (issuers.length === 0) return undefined;
    const problems = [...new Set(issuers)].map((each) =>
      discoverKeysUri(each, issuerFetcher).then(
        () => [],
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
