/** Reads the text of a secret. @param secretId name or ARN. @param versionStage such as `AWSCURRENT` */
export type SecretReader = (secretId: string, versionStage: string) => Promise<string>;

// secret-id:SecretString:json-key:version-stage:version-id; all but the id may be empty or missing, the id may be an ARN.
const SECRET_REFERENCE =
  /\{\{resolve:secretsmanager:(?<id>.+?)(?::SecretString(?::(?<key>[^:}]*))?(?::(?<stage>[^:}]*))?(?::[^:}]*)?)?\}\}/g;
const ANY_REFERENCE = /\{\{resolve:([a-z-]+):/;

/**
 * Replaces CloudFormation's dynamic references in all strings of a value.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 * @throws Error for another service than Secrets Manager, or when the secret has no such key
 */
export async function resolveDynamicReferences(value: unknown, readSecret: SecretReader): Promise<unknown> {
  if (typeof value === 'string') return resolveInText(value, readSecret);
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, readSecret)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveDynamicReferences(item, readSecret)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveInText(text: string, readSecret: SecretReader): Promise<string> {
  if (!text.includes('{{resolve:')) return text;
  let resolved = text;
  for (const { 0: reference, groups } of text.matchAll(SECRET_REFERENCE)) {
    const { id = '', key, stage } = groups ?? {};
    const secret = await readSecret(id, stage || 'AWSCURRENT');
    const value = key ? fieldOf(secret, key, id) : secret;
    resolved = resolved.replace(reference, () => value);
  }
  const unresolved = ANY_REFERENCE.exec(text.replaceAll(SECRET_REFERENCE, ''));
  if (unresolved) throw new Error(`dynamic references to ${unresolved[1]} are not supported by the local runner`);
  return resolved;
}

function fieldOf(secret: string, key: string, id: string): string {
  const value = (JSON.parse(secret) as Record<string, unknown>)[key];
  if (value === undefined) throw new Error(`the secret ${id} has no key ${key}`);
  return String(value);
}
