import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, {
  type Configuration,
  type JWK,
  type KoaContextWithOIDC,
  type ResourceServer,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import { localOnly } from '../../local/http/local-only.ts';
import type { Certificate } from '../../local/tls/authority.ts';
import { COMMAND_LINE_CLIENT, USER_GRANT, type UserParameters } from './user-token.ts';

/** What the issuer's tokens have, as the context of a stage names it. */
export const LOCAL_ISSUER_CONTEXT = {
  audience: 'orderflow',
  userClaim: 'orderflow_user',
  operatorClaim: 'roles=order-desk',
  clientId: 'orderflow-dashboard',
} as const;

const [ROLES = '', OPERATOR_ROLE = ''] = LOCAL_ISSUER_CONTEXT.operatorClaim.split('=');

const TOKEN_SECONDS = 300;
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
 * Starts a certified OpenID Connect provider on this machine that lets anybody in under any name: for trying out sign-in. Its
 * clients are the dashboard and the command line, and it forgets everything when it ends.
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
  provider.registerGrantType<UserParameters>(USER_GRANT, issueToUser(options), ['user', 'role']);
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

async function configurationOf(options: LocalIssuerOptions): Promise<Configuration> {
  const { page, operators, tokenSeconds = TOKEN_SECONDS } = options;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const { clientId, userClaim } = LOCAL_ISSUER_CONTEXT;
  const claimsOf = (user: string, isOperator = operators.includes(user)) => ({
    [userClaim]: user,
    ...(isOperator ? { [ROLES]: [OPERATOR_ROLE] } : {}),
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
      {
        client_id: COMMAND_LINE_CLIENT,
        token_endpoint_auth_method: 'none',
        grant_types: [USER_GRANT],
        response_types: [],
        redirect_uris: [],
      },
    ],
    clientBasedCORS: () => true,
    // Any name is an account.
    findAccount: (_, user) => ({ accountId: user, claims: () => ({ sub: user, ...claimsOf(user) }) }),
    claims: { openid: ['sub', userClaim, ROLES] },
    // In the ID token, too, and not at the userinfo endpoint alone.
    conformIdTokenClaims: false,
    extraTokenClaims: ({ oidc }, token) => {
      if (!('accountId' in token)) return {};
      return claimsOf(String(token.accountId), oidc.params?.role === 'operator' || undefined);
    },
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => apiOf(options),
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

/** The API, as the tokens for it say. */
function apiOf({ tokenSeconds = TOKEN_SECONDS }: LocalIssuerOptions): ResourceServer {
  return {
    scope: '',
    audience: LOCAL_ISSUER_CONTEXT.audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: tokenSeconds,
    jwt: { sign: { alg: 'RS256' } },
  };
}

/** Gives the command line an access token of whoever it names, which a browser gets by typing that name. */
function issueToUser(options: LocalIssuerOptions) {
  return async (context: TokenEndpointGrantContext<UserParameters>) => {
    const { provider, client, params } = context.oidc;
    const grant = new provider.Grant({ accountId: params.user, clientId: client.clientId });
    const token = new provider.AccessToken({
      client,
      accountId: params.user,
      grantId: await grant.save(),
      gty: USER_GRANT,
      resourceServer: new provider.ResourceServer(API, apiOf(options)),
    });
    context.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: token.expiration };
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
