/**
 * What a JSON Web Token says, unverified: the page shows it, and the API decides by it.
 *
 * @returns no claims for a text that is no such token
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-3
 */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    // An opaque token: it is sent like any other.
    return {};
  }
}
