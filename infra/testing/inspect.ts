import type { Template } from 'aws-cdk-lib/assertions';

// biome-ignore lint/suspicious/noExplicitAny: templates are free-form JSON
export type Json = any;

/** All resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Json> {
  return template.findResources(type);
}

/** The properties of all resources of a type. */
export function properties(template: Template, type: string): Json[] {
  return Object.values(resources(template, type)).map((resource) => resource.Properties ?? {});
}

/** Properties of the function with that physical name. */
export function functionNamed(template: Template, name: string): Json {
  const found = properties(template, 'AWS::Lambda::Function').find((candidate) => candidate.FunctionName === name);
  if (found === undefined) throw new Error(`The template has no function called ${name}.`);
  return found;
}

/** The folders of our functions, sorted: their names without the stage. Functions of the CDK have no names. */
export function functionFolders(...templates: readonly Template[]): string[] {
  return templates
    .flatMap((template) => properties(template, 'AWS::Lambda::Function'))
    .flatMap(({ FunctionName }) => FunctionName?.replace(/^orderflow-\w+-/, '') ?? [])
    .sort();
}

/** Logical ids of the buckets that refuse every call without TLS. */
export function tlsOnlyBuckets(template: Template): string[] {
  return properties(template, 'AWS::S3::BucketPolicy')
    .filter(({ PolicyDocument }) =>
      PolicyDocument.Statement.some(
        ({ Effect, Action, Principal, Condition }: Json) =>
          Effect === 'Deny' &&
          Action === 's3:*' &&
          Principal.AWS === '*' &&
          Condition?.Bool?.['aws:SecureTransport'] === 'false',
      ),
    )
    .map(({ Bucket }) => Bucket.Ref);
}
