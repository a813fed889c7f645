import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration, type JWK, type KoaContextWithOIDC } from 'oidc-provider';
import { localOnly } from '../../local/http/local-only.ts';
import type { Certificate } from '../../local/tls/authority.ts';

/** What the issuer's tokens have, as the context of a stage names it. */
export const LOCAL_ISSUER_CONTEXT = {
  audience: 'orderflow',
  userClaim: 'orderflow_user',
  operatorClaim: 'roles=order-desk',
  clientId: 'orderflow-dashboard',
} as const;

const DAY_SECONDS = 86_400;
const SCOPE = 'openid offline_access';
/** The API, to the issuer: it wants an absolute URI, and puts the audience into the tokens. https://www.rfc-editor.org/rfc/rfc8707 */
const API = 'urn:orderflow:api';

export interface LocalIssuerOptions {
  /** One of the authority that functions trust. */
  readonly certificate: Certificate;
  readonly port: number;
  /** Where the dashboard is, with the slash at the end. */
  readonly page: string;
  /** Users that sign in as operators. */
  readonly operators: readonly string[];
  /** How long access and ID tokens are good. */
  readonly tokenSeconds?: number;
}

export interface LocalIssuer {
  /** What its tokens call it. */
  readonly url: string;
  readonly provider: Provider;
  stop(): Promise<void>;
}

/**
 * Starts a certified OpenID Connect provider on this machine that lets anybody in under any name: for trying out sign-in. It
 * knows one client, the dashboard, and forgets everything when it ends.
 *
 * @throws Error when the port is taken
 */
export async function startLocalIssuer(options: LocalIssuerOptions): Promise<LocalIssuer> {
  const { certificate, port } = options;
  const server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, await configurationOf(options));
  server.on('request', localOnly(provider.callback()));
  return {
    url,
    provider,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function configurationOf({ page, operators, tokenSeconds = 300 }: LocalIssuerOptions): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const { audience, clientId, userClaim, operatorClaim } = LOCAL_ISSUER_CONTEXT;
  const [roles = '', operatorRole = ''] = operatorClaim.split('=');
  const claimsOf = (user: string) => ({
    [userClaim]: user,
    ...(operators.includes(user) ? { [roles]: [operatorRole] } : {}),
  });
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' } as JWK] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [page],
        post_logout_redirect_uris: [page],
      },
    ],
    clientBasedCORS: () => true,
    // Any name is an account.
    findAccount: (_, user) => ({ accountId: user, claims: () => ({ sub: user, ...claimsOf(user) }) }),
    claims: { openid: ['sub', userClaim, roles] },
    // In the ID token, too, and not at the userinfo endpoint alone.
    conformIdTokenClaims: false,
    extraTokenClaims: (_, token) => ('accountId' in token ? claimsOf(String(token.accountId)) : {}),
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    loadExistingGrant: grantWithoutAsking,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      RefreshToken: DAY_SECONDS,
      Interaction: DAY_SECONDS,
      Grant: DAY_SECONDS,
      Session: DAY_SECONDS,
    },
  };
}

/** The dashboard is the issuer's own: nobody is asked whether it may know them. */
async function grantWithoutAsking({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (known !== undefined) return known;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPE);
  await grant.save();
  return grant;
}
