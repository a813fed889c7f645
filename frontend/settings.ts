import { type IdentityRules, parseOperatorClaim } from '../functions/domain/identity.ts';
import { checkShardMap, ShardMapError, type ShardRange } from '../functions/domain/shard-map.ts';
import type { SignInSettings } from './oidc-client.ts';

/** What the page knows of tokens, where the API asks for one. */
export interface TokenSettings extends IdentityRules {
  /** How readers sign in; undefined where they bring a token of their own. */
  readonly signIn?: SignInSettings | undefined;
}

/** What the page must be told by whoever hosts it. */
export interface Settings {
  /** Where the API responds, without a trailing slash; empty means the page's own origin. */
  readonly apiBaseUrl: string;
  /** Which users live on which shard: orders in a list do not say. */
  readonly shards: readonly ShardRange[];
  /** Undefined where the API serves anybody. */
  readonly tokens: TokenSettings | undefined;
}

/** Thrown when the page cannot learn its settings; the message says what is wrong and what to do. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const TIMEOUT_MS = 10_000;

/**
 * Checks what `config.json` holds.
 *
 * @throws SettingsError when `apiBaseUrl` is missing or neither empty nor an http(s) address, `shards` is no shard map, or
 * `auth` is there but neither `none` nor `jwt`, or what `jwt` takes is missing
 */
export function parseSettings(value: unknown): Settings {
  const { apiBaseUrl: base, shards, auth = 'none' } = (value ?? {}) as Record<string, unknown>;
  if (typeof base !== 'string' || !(base === '' || /^https?:\/\/[^/]/.test(base))) {
    throw new SettingsError('config.json must hold "apiBaseUrl": the address of the API, or "" for this very host.');
  }
  if (!Array.isArray(shards)) {
    throw new SettingsError('config.json must hold "shards": the shard map of the deployment.');
  }
  const tokens = parseTokens(value as Record<string, unknown>, auth);
  try {
    return { apiBaseUrl: base.replace(/\/+$/, ''), shards: checkShardMap(shards as ShardRange[]), tokens };
  } catch (cause) {
    if (cause instanceof ShardMapError) throw new SettingsError(`config.json: ${cause.message}`, { cause });
    throw cause;
  }
}

function parseTokens(
  { userClaim, operatorClaim, signIn }: Readonly<Record<string, unknown>>,
  auth: unknown,
): TokenSettings | undefined {
  if (auth === 'none') return undefined;
  if (auth !== 'jwt') throw new SettingsError('config.json: "auth" must be "none" or "jwt".');
  if (typeof userClaim !== 'string') {
    throw new SettingsError('config.json must hold "userClaim": the claim of a token that says whose it is.');
  }
  return {
    userClaim,
    operatorClaim: typeof operatorClaim === 'string' ? parseOperatorClaim(operatorClaim) : undefined,
    signIn: signIn === undefined ? undefined : parseSignIn(signIn),
  };
}

function parseSignIn(value: unknown): SignInSettings {
  const { issuer, audience, clientId, scopes, sentToken } = (value ?? {}) as Record<string, unknown>;
  const isUsable =
    typeof issuer === 'string' &&
    URL.canParse(issuer) &&
    typeof audience === 'string' &&
    typeof clientId === 'string' &&
    (scopes === undefined || typeof scopes === 'string') &&
    (sentToken === 'access' || sentToken === 'id');
  if (isUsable) return { issuer, audience, clientId, scopes, sentToken };
  throw new SettingsError(
    'config.json: "signIn" must hold "issuer", "audience", "clientId" and "sentToken" ("access" or "id").',
  );
}

/**
 * Reads `config.json`, which the deployment puts beside the page.
 *
 * @param url address of the file
 * @throws SettingsError when it cannot be read or is not usable
 */
export async function loadSettings(url: string | URL): Promise<Settings> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new SettingsError('config.json cannot be read: its server does not respond. Reload to try again.', { cause });
  }
  if (!response.ok) {
    throw new SettingsError(
      `config.json cannot be read: its server responded with ${response.status}. Put it beside the page.`,
    );
  }
  try {
    return parseSettings(await response.json());
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause;
    throw new SettingsError('config.json is not valid JSON.', { cause });
  }
}
