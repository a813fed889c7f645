import { type Fetcher, SimpleFetcher } from 'aws-jwt-verify/https';
import * as z from 'zod';

/** The library tries once more when there was no response. */
const ATTEMPT_MS = 1_500;

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
const metadata = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https$/ }),
  // The dashboard's affair: whatever it is, it makes no token bad.
  token_endpoint: z.url().optional().catch(undefined),
});
export type IssuerMetadata = z.infer<typeof metadata>;

/** A redirect is an error: it could lead anywhere. */
export const issuerFetcher = new SimpleFetcher({
  // A kept connection would be dead after the execution environment was frozen.
  defaultRequestOptions: { agent: false, timeout: ATTEMPT_MS, responseTimeout: ATTEMPT_MS },
});

/**
 * Asks the issuer where it publishes its keys, and what else it says of itself.
 *
 * @throws FetchError, or Error saying what is wrong with the response
 */
export async function discoverIssuer(issuer: string, fetcher: Pick<Fetcher, 'fetch'>): Promise<IssuerMetadata> {
  const uri = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { success, data } = metadata.safeParse(parseJson(await fetcher.fetch(uri)));
  if (!success) throw new Error(`${uri} does not name an issuer and an HTTPS jwks_uri.`);
  if (data.issuer !== issuer) {
    throw new Error(`${uri} is about the issuer "${data.issuer}", not "${issuer}": the two must be identical.`);
  }
  return data;
}

function parseJson(document: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(document));
  } catch {
    return undefined;
  }
}
